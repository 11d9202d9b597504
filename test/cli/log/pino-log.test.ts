import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/cli/exit-codes.ts';
import { openLog } from '../../../src/cli/log/pino-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

function keptLog(level: 'debug' | 'info' | 'warn' = 'info') {
  const lines: string[] = [];
  const log = openLog({ level, file: undefined, write: (line) => void lines.push(line) });
  const entries = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, lines, entries };
}

describe('the log', () => {
  it('writes a line of JSON for each entry', () => {
    const { log, lines, entries } = keptLog();
    log.info('moved', { amountMsat: 12_000n, at: { channels: ['1', '2'] }, error: new Error('x') });
    log.warn('hm');
    expect(lines.every((line) => /^\{.*\}\n$/.test(line))).toBe(true);
    expect(entries()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        msg: 'moved',
        amountMsat: '12000',
        at: { channels: ['1', '2'] },
        error: 'x',
      },
      { level: 'warn', time: expect.any(String), msg: 'hm' },
    ]);
  });

  it('drops what is below its level, which may change', () => {
    const { log, entries } = keptLog('warn');
    log.info('a');
    log.setLevel('debug');
    log.debug('b');
    log.setLevel('warn');
    log.info('c');
    expect(entries().map(({ msg }) => msg)).toEqual(['b']);
  });

  it('writes no bytes, and nothing under the name of a secret, however deep', () => {
    const { log, lines } = keptLog();
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => 200 + i);
    log.info('x', {
      preimage: 'deadbeef',
      payment_addr: 'deadbeef',
      hop: { mppRecord: { paymentAddr: bytes, other: bytes } },
      list: [{ macaroon: 'deadbeef' }, bytes],
      deep: { a: { b: { c: { d: { e: { f: { paymentSecret: 'deadbeef' } } } } } } },
    });
    const text = lines.join('');
    expect(text).not.toMatch(/deadbeef/);
    expect(text).not.toContain('200,201');
    expect(text).not.toContain(Buffer.from(bytes).toString('hex').slice(0, 10));
    expect(text).toContain('32 bytes');
  });

  it('lets no foreign text pass for a line of its own or act on a terminal', () => {
    const { log, lines } = keptLog();
    log.info('x', { alias: 'a\n{"level":"warn"}\u001b[2J\u202e' });
    expect(lines).toHaveLength(1);
    expect(lines[0]!.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(JSON.parse(lines[0]!)).toHaveProperty('alias', 'a\n{"level":"warn"}\u001b[2J\u202e');
  });

  it('goes into a file that only its owner reads, and into a new one after rotation', () => {
    const file = join(folder, 'run.log');
    const log = openLog({ level: 'info', file, write: () => {} });
    log.info('one');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    renameSync(file, `${file}.1`);
    log.info('two');
    log.reopen();
    log.info('three');
    expect(readFileSync(`${file}.1`, 'utf8')).toMatch(/one.*\n.*two/);
    expect(readFileSync(file, 'utf8')).toMatch(/three/);
  });

  it('says where it cannot be written', () => {
    const file = join(folder, 'none', 'run.log');
    const open = () => openLog({ level: 'info', file, write: () => {} });
    expect(open).toThrow(UsageError);
    expect(open).toThrow(`[log] file: ${file} cannot be written: `);
  });
});
