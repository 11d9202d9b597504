/** Runs one of the programs in `children/` and reads the JSON that it prints. */
import { execFileSync } from 'node:child_process';

export function runChild<Answer>(program: string, args: readonly string[]): Answer {
  const file = new URL(`../children/${program}`, import.meta.url).pathname;
  const printed = execFileSync(process.execPath, [file, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return JSON.parse(printed) as Answer;
}
