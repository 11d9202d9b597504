/**
 * `npm run audit`: asks the registry for known advisories of the dependencies that users get. Ends with 1 where there is
 * one. Mirrors often do not answer such questions, and without a network nobody does: then nothing is known, which it
 * says, and it ends with 0.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readAudit } from './package/read-audit.ts';

const printed = spawnSync('npm', ['audit', '--omit=dev', '--json', '--loglevel=error'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  shell: process.platform === 'win32',
});
const { kind, message } = readAudit(printed);
const ends = kind === 'clean' || kind === 'unanswered';
console[ends ? 'log' : 'error'](`audit: ${message}`);
if (!ends) process.exitCode = 1;
