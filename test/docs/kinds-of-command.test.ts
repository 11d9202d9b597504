/** What is wrong in a document has to be seen. */
import { describe, expect, it } from 'vitest';
import { commandLines } from './command-line.ts';
import { defectOf, kindOf } from './kinds-of-command.ts';

const only = (text: string) => commandLines(text)[0]!;

/** As the tests of the documents ask. */
function defect(text: string): string | undefined {
  const line = only(text);
  const kind = kindOf(line);
  if (kind.kind === 'ballast' || kind.kind === 'example') throw new Error('it would be run');
  return defectOf(kind, line);
}

describe('lines of a shell', () => {
  it('are joined, split and freed of comments', () => {
    const block =
      "ballast plan \\\n  --lnd 'a b'   # what?\n# nothing\n\nnpm ci && npm run build\n";
    expect(commandLines(block).map(({ words }) => words)).toEqual([
      ['ballast', 'plan', '--lnd', 'a b'],
      ['npm', 'ci'],
      ['npm', 'run', 'build'],
    ]);
  });

  it('may end in a file, and are not understood further', () => {
    expect(only('lncli describegraph > graph.json')).toMatchObject({
      words: ['lncli', 'describegraph'],
      into: 'graph.json',
    });
    expect(() => commandLines('a > b | c')).toThrow('more of a shell');
  });
});

describe('a command of no kind is refused', () => {
  it.each([
    'rm -rf x',
    'docker run ballast',
    'npm run no-such-script',
    'npm run simulate --seeds 3',
    'npm run lint -- --fix',
    'npx ballast plan',
    'npm install ballast',
  ])('%s', (text) => {
    expect(() => kindOf(only(text))).toThrow();
  });
});

describe('a command of which something is wrong is found out', () => {
  it.each([
    ['npm run simulate -- --sedes 3', '--sedes'],
    ['npm run bench:frontier -- --truth nonsense', '--truth is one of'],
    ['node test/simulation/mian.ts', 'there is no test/simulation/mian.ts'],
    ['npx vitest run test/nowhere', 'test/nowhere'],
    ['lncli sendtoself', 'nothing in src/ speaks of lncli sendtoself'],
    ['lncli bakemacaroon --save_to=x.macaroon uri:/lnrpc.Lightning/SendCoins', 'prints'],
    ["lightning-cli createrune restrictions='[]'", 'prints'],
  ])('%s', (text, says) => {
    let found: unknown;
    try {
      found = defect(text);
    } catch (error) {
      found = error;
    }
    expect(String(found)).toContain(says);
  });

  it('and one that is sound is not', () => {
    expect(defect('npm run simulate -- --seeds 3 --system cln')).toBe(undefined);
    expect(defect('lncli unlock')).toBe(undefined);
    expect(defect('npm run build')).toBe(undefined);
  });
});
