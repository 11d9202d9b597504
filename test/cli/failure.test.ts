import { describe, expect, it } from 'vitest';
import { UnresolvedPaymentError, UsageError } from '../../src/cli/exit-codes.ts';
import { reportFailure } from '../../src/cli/failure.ts';
import { Output } from '../../src/cli/output.ts';
import { GraphFormatError } from '../../src/graph/parse-describe-graph.ts';
import { NodeError } from '../../src/node/node-error.ts';
import { parsePaymentHash } from '../../src/units/ids.ts';
import { KeptStreams } from './run-command.ts';

const hash = parsePaymentHash('ab'.repeat(32));

function reported(error: unknown, json: boolean) {
  const streams = new KeptStreams();
  const exit = reportFailure(error, new Output(streams, { json }));
  return { exit, ...streams.written };
}

describe('reportFailure', () => {
  it.each<[Error, number, string]>([
    [new UsageError('give less'), 2, 'usage'],
    [new GraphFormatError('no graph'), 2, 'graph_format'],
    [new NodeError('locked', 'unlock it'), 6, 'locked'],
    [new UnresolvedPaymentError(hash, { cause: new Error('torn'), system: 'lnd' }), 5, 'in_flight'],
    [new TypeError('oh'), 1, 'internal'],
  ])('%s: exit %i, code %s', (error, exit, code) => {
    const people = reported(error, false);
    expect(people).toMatchObject({ exit, out: '' });
    expect(people.err.split('\n')[0]).toBe(`ballast: ${error.message}`);
    const scripts = reported(error, true);
    expect(scripts.exit).toBe(exit);
    expect(JSON.parse(scripts.out)).toEqual({ error: { code, message: error.message } });
  });

  it('shows where a fault of ours happened, and never for others', () => {
    expect(reported(new TypeError('oh'), false).err).toMatch(/\n\S* +at /);
    expect(reported(new UsageError('no'), false).err).not.toMatch(/ +at /);
  });

  it('names the payment that could not be followed, and the command that can', () => {
    const error = new UnresolvedPaymentError(hash, { cause: new Error('torn'), system: 'lnd' });
    expect(reported(error, false).err).toContain(
      `payment ${hash} is under way, but could not be followed: torn; follow it with \`lncli trackpayment ${hash}\``,
    );
  });

  it('takes what is thrown without being an error', () => {
    expect(reported('just text', false)).toMatchObject({ exit: 1, err: 'ballast: just text\n' });
  });
});
