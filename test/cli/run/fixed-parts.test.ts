import { expect, it } from 'vitest';
import type { Config } from '../../../src/cli/config/config.ts';
import { readConfig } from '../../../src/cli/config/read-config.ts';
import { changedFixedParts } from '../../../src/cli/run/fixed-parts.ts';

const BEGIN =
  '[node]\nlnd = "a:1"\ntls = "t"\nmacaroon = "m"\n[log]\nlevel = "info"\n[budget]\nper_day = 5\n';

function configOf(toml: string): Config {
  const reading = readConfig(toml, 'x');
  if (reading.kind === 'problems') throw new Error(reading.problems.join('\n'));
  return reading.config;
}

it.each<[string, string, readonly string[]]>([
  ['nothing', BEGIN, []],
  ['the node', BEGIN.replace('a:1', 'b:1'), ['[node]']],
  ['the store', `${BEGIN}[store]\npath = "j"`, ['[store]']],
  ['limits', `${BEGIN}[limits]\nfree_slots = 1`, ['[limits]']],
  ['where figures are served', `${BEGIN}[metrics]\nlisten = "127.0.0.1:1"`, ['[metrics]']],
  [
    'parts of a table',
    `${BEGIN}[run]\ndry_run = true\nown_thread = false\ninterval = "1h"`,
    ['[run] dry_run', '[run] own_thread'],
  ],
  ['demand', `${BEGIN}[demand]\nwatch = false`, ['[demand]']],
  ['forwards', `${BEGIN}[just_in_time]\nenabled = true`, ['[just_in_time]']],
  ['the log’s file', BEGIN.replace('"info"', '"debug"\nfile = "l"'), ['[log] file']],
  ['budget, plan and level', BEGIN.replace('info', 'warn').replace('5', '6'), []],
])('a change of %s', (_what, toml, fixed) => {
  expect(changedFixedParts(configOf(BEGIN), configOf(toml))).toEqual(fixed);
});
