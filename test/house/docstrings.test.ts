/** What callers may set says what it does. Types, functions and methods are TypeDoc's to check: `npm run reference`. */
import { expect, it } from 'vitest';
import { sourceFiles } from './source-files.ts';

/** What callers give: everything that is optional here has a default or a meaning when absent, which must be said. */
const GIVEN = /^export interface (\w*(?:Options|Request|Settings|Limits|Exclusions|Overlay))\b/;

interface Setting {
  readonly name: string;
  readonly documented: boolean;
}

function settings(text: string): Setting[] {
  const found: Setting[] = [];
  let owner: string | undefined;
  let before = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('}')) owner = undefined;
    owner = GIVEN.exec(line)?.[1] ?? owner;
    const name = /^ {2}(?:readonly )?(\w+)\?(?=[:(])/.exec(line)?.[1];
    if (owner !== undefined && name !== undefined) {
      found.push({ name: `${owner}.${name}`, documented: before.endsWith('*/') });
    }
    before = line;
  }
  return found;
}

it('says of every optional setting what it does', () => {
  const all = sourceFiles('src').flatMap(({ path, text }) =>
    /^src\/cli\//.test(path) ? [] : settings(text),
  );
  expect(all.length).toBeGreaterThan(120);
  expect(all.filter(({ documented }) => !documented).map(({ name }) => name)).toEqual([]);
});

it('would find one that does not', () => {
  const text =
    'export interface SomeOptions {\n  /** Said. */\n  readonly said?: number;\n  readonly not?: number;\n}\n';
  expect(settings(text)).toEqual([
    { name: 'SomeOptions.said', documented: true },
    { name: 'SomeOptions.not', documented: false },
  ]);
});
