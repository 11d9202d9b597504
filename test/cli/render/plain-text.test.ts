import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Output } from '../../../src/cli/output.ts';
import { toJson } from '../../../src/cli/render/json.ts';
import { plainText } from '../../../src/cli/render/plain-text.ts';
import { table } from '../../../src/cli/render/table.ts';
import { KeptStreams } from '../run-command.ts';

/** What no line may hold, by the characters' numbers and not by the expression under test. */
const FORBIDDEN: readonly [name: string, character: string][] = [
  ['escape', '\u001b'],
  ['line feed', '\n'],
  ['carriage return', '\r'],
  ['tab', '\t'],
  ['nul', '\0'],
  ['delete', '\u007f'],
  ['C1 control sequence introducer', '\u009b'],
  ['next line', '\u0085'],
  ['line separator', '\u2028'],
  ['paragraph separator', '\u2029'],
  ['right-to-left override', '\u202e'],
  ['right-to-left isolate', '\u2067'],
  ['zero width space', '\u200b'],
  ['zero width joiner', '\u200d'],
  ['byte order mark', '\ufeff'],
  ['soft hyphen', '\u00ad'],
  ['tag letter', '\u{e0041}'],
];
const NASTY = fc.array(fc.constantFrom('a', 'é', '⚡', '名', ...FORBIDDEN.map(([, c]) => c)));

describe('plainText', () => {
  it.each(FORBIDDEN)('replaces %s', (_name, character) => {
    expect(plainText(`a${character}b`)).toBe('a\ufffdb');
  });

  it.each(['', 'ACINQ', '⚡ zürich ⚡', '名前', 'a-b_c|d [x]', '"quoted"'])('leaves %j', (text) => {
    expect(plainText(text)).toBe(text);
  });
});

describe('toJson', () => {
  it('prints one plain line that reads back as it was', () => {
    fc.assert(
      fc.property(NASTY, (parts) => {
        const value = { alias: parts.join('') };
        const json = toJson(value);
        expect(plainText(json)).toBe(json);
        expect(JSON.parse(json)).toEqual(value);
      }),
    );
  });
});

describe('Output', () => {
  it('writes nothing that could act on a terminal, whatever it is given', () => {
    fc.assert(
      fc.property(NASTY, fc.boolean(), (parts, json) => {
        const text = parts.join('');
        const written: string[] = [];
        const output = new Output(new KeptStreams((line) => written.push(line)), { json });
        output.progress(text);
        output.print(text, ...table(['head'], ['left'], [[text]]));
        void output.tell(text);
        output.warn(text);
        output.fail({ code: 'usage', message: text });
        output.answer({ text });
        expect(written.length).toBeGreaterThan(3);
        for (const line of written) {
          expect(line.endsWith('\n')).toBe(true);
          expect(plainText(line.slice(0, -1))).toBe(line.slice(0, -1));
        }
      }),
    );
  });

  it('keeps a table’s frame around a cell with a line end', () => {
    const lines = table(['peer', 'sat'], ['left', 'right'], [['a\nSettled: 9 sat', '1']]);
    expect(lines).toHaveLength(5);
    expect(lines[3]).toMatch(/^│ a\ufffdSettled: 9 sat │ +1 │$/);
  });
});
