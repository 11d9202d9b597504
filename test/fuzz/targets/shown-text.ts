/** Text of strangers on its way to a terminal, a log, a page and a spreadsheet. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openLog } from '../../../src/cli/log/pino-log.ts';
import { Output } from '../../../src/cli/output.ts';
import { nodeName } from '../../../src/cli/render/figures.ts';
import { toJson } from '../../../src/cli/render/json.ts';
import { plainText } from '../../../src/cli/render/plain-text.ts';
import { table } from '../../../src/cli/render/table.ts';
import { csvCell } from '../../../src/cli/report/csv.ts';
import { html } from '../../../src/cli/report/page/markup.ts';
import { KeptStreams } from '../../cli/run-command.ts';
import { textOf } from '../input/like-example.ts';
import type { FuzzTarget } from '../target.ts';

const NASTY = [
  '\u001b[2J\u001b[31mpaid\u001b[0m',
  '\u009b2J',
  '\r\nballast: all is well',
  '\u202egnp.exe\u202c',
  '\u2066\u2067\u2069',
  '\u200b\u200e\ufeff',
  '\u2028\u2029',
  '"><script>alert(1)</script>',
  "' onload='x",
  '=HYPERLINK("http://x")',
  '+1+cmd|x',
  '\ud800',
  '\u{e0001}\u{1d173}',
  '%s %d {}',
  '\0',
  'é'.repeat(300),
];

const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/u;
const lines: string[] = [];
const log = openLog({ level: 'debug', file: undefined, write: (line) => lines.push(line) });

const assertSafe = (shown: string, where: string): void => {
  assert.ok(
    !UNSAFE.test(shown.replaceAll('\n', '')),
    `${where} shows ${JSON.stringify(shown.slice(0, 80))}`,
  );
};

export const target: FuzzTarget = {
  name: 'shown-text',
  about: 'aliases, errors and records of others, where people and programs read them',
  shape: 'text',
  valid: fc
    .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 12 })), {
      maxLength: 4,
    })
    .map((parts) => new TextEncoder().encode(parts.join(''))),
  refusals: [],
  // Everything may be shown; what counts is whether something of it had to be replaced.
  acceptedShare: [0.2, 0.98],
  seededCases: 1_200,
  run: (input) => {
    const text = textOf(input);
    const streams = new KeptStreams();
    const output = new Output(streams, { json: false });
    output.print(text);
    output.warn(text);
    output.progress(text);
    output.fail({ code: 'rpc', message: text });
    new Output(streams, { json: true }).answer({ alias: text, [text]: text });
    const { out, err } = streams.written;
    assertSafe(out, 'standard output');
    assertSafe(err, 'standard error');
    assert.equal(JSON.parse(toJson({ text })).text, text, 'a parser reads something else');
    for (const line of table(['a'], ['left'], [[text], ['b']])) assertSafe(line, 'a table');
    const name = nodeName({ nodeId: '02aa', alias: text });
    assert.ok(Array.from(name).length <= 20 || text.trim() === '');
    const markup = html`<td title="${text}">${text}</td>`.toString();
    assertSafe(markup, 'a page');
    assert.ok(
      !/[<>"'`]/.test(markup.slice('<td title="'.length, -'</td>'.length).replace('">', '')),
    );
    assertSafe(csvCell(text), 'a spreadsheet');
    assert.ok(!/^[=+\-@\t\r]/.test(csvCell(text)), 'a spreadsheet would run it');
    lines.length = 0;
    log.info(text, { alias: text, [text]: text, error: new Error(text), list: [text] });
    assert.equal(lines.length, 1);
    assertSafe(lines[0]!, 'the log');
    JSON.parse(lines[0]!);
    assert.ok(plainText(text).length <= text.length);
    return plainText(text) === text ? 'refused' : 'accepted';
  },
};
