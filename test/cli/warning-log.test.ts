import { describe, expect, it } from 'vitest';
import { Output } from '../../src/cli/output.ts';
import { warningLog } from '../../src/cli/warning-log.ts';
import { KeptStreams } from './run-command.ts';

describe('warningLog', () => {
  it('passes on warnings with their fields, one line each, on standard error', () => {
    const streams = new KeptStreams();
    const log = warningLog(new Output(streams, { json: false }));
    log.debug('a step');
    log.info('a load', { nodes: 7 });
    log.warn('no graph', { feeMsat: 5n, reason: 'a\u001b[31m\nb' });
    log.warn('bare');
    expect(streams.written).toEqual({
      out: '',
      err: 'ballast: warning: no graph {"feeMsat":"5","reason":"a\\u001b[31m\\nb"}\nballast: warning: bare\n',
    });
  });
});
