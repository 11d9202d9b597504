import { describe, expect, it } from 'vitest';
import { openLog } from '../../../src/cli/log/pino-log.ts';
import { readableLine } from '../../../src/cli/log/readable-line.ts';

function readable(write: (log: ReturnType<typeof openLog>) => void): string {
  const lines: string[] = [];
  write(
    openLog({ level: 'debug', file: undefined, write: (line) => lines.push(readableLine(line)) }),
  );
  return lines.join('');
}

describe('readableLine', () => {
  it('has the time of day, what happened, and the fields', () => {
    expect(readable((log) => log.info('moved', { feeMsat: 5n, attempts: 2, list: ['a'] }))).toMatch(
      /^\d\d:\d\d:\d\d moved: feeMsat 5, attempts 2, list \["a"\]\n$/,
    );
    expect(readable((log) => log.warn('gone'))).toMatch(/^\d\d:\d\d:\d\d warning: gone\n$/);
  });

  it('cannot act on the terminal, whoever has named a field or a value', () => {
    const text = readable((log) => log.info('a', { alias: 'x\u001b[2J\nfake', '\u202ekey': 1 }));
    expect(text).toMatch(/: alias x\ufffd\[2J\ufffdfake, \ufffdkey 1\n$/);
  });
});
