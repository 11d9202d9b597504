import { describe, expect, test } from 'vitest';
import { assertRequest } from '../../src/engine/assert-request.ts';
import {
  type RebalanceRequest,
  RebalanceRequestError,
} from '../../src/engine/rebalance-request.ts';
import { parseChannelId } from '../../src/units/ids.ts';
import { nodeIdOf } from '../graph/make-graph.ts';

const base: RebalanceRequest = { from: '10', to: '20', amountMsat: 1_000_000n, maxFeePpm: 100 };

/** Fields as a caller in plain JavaScript may give them. */
type Fields = { readonly [Key in keyof RebalanceRequest]?: unknown };

describe('requests that cannot be meant', () => {
  const refusals: readonly [string, Fields, RegExp][] = [
    ['no channels at all', { from: undefined, to: undefined }, /`from`, `to` or both/],
    ['a channel as a number', { from: 895_000 }, /`from` must be a string.*has 895000/],
    ['a list with something else in it', { to: ['20', undefined] }, /`to` must.*has undefined/],
    ['no amount', { amountMsat: 0n }, /must be positive/],
    ['a negative amount', { amountMsat: -1n }, /must be positive/],
    ['an amount that is a number', { amountMsat: 1000 }, /bigint of msat.*is 1000/],
    ['an amount that is text', { amountMsat: '1000' }, /bigint of msat.*is "1000"/],
    ['an amount that is missing', { amountMsat: undefined }, /bigint of msat.*is undefined/],
    ['an amount beyond exact arithmetic', { amountMsat: 2n ** 52n + 1n }, /at most/],
    ['a minimum above the amount', { minAmountMsat: 2_000_000n }, /minAmountMsat/],
    ['a minimum of nothing', { minAmountMsat: 0n }, /minAmountMsat/],
    ['a minimum that is a number', { minAmountMsat: 1 }, /minAmountMsat must be a bigint/],
    ['no fee limit', { maxFeePpm: undefined }, /maxFeeMsat or maxFeePpm/],
    ['a negative fee limit', { maxFeeMsat: -1n }, /maxFeeMsat/],
    ['a fee limit that is a number', { maxFeeMsat: 5 }, /maxFeeMsat must be a bigint/],
    ['a fee rate that is no number', { maxFeePpm: Number.NaN }, /maxFeePpm.*is NaN/],
    ['a fee rate that is a bigint', { maxFeePpm: 100n }, /maxFeePpm.*is 100n/],
    ['a fee rate that is text', { maxFeePpm: '100' }, /maxFeePpm.*is "100"/],
    ['a negative fee rate', { maxFeePpm: -1 }, /maxFeePpm.*is -1/],
    ['an attempt that costs a number', { attemptCostMsat: 5 }, /attemptCostMsat must be a bigint/],
    ['an attempt that earns', { attemptCostMsat: -1n }, /attemptCostMsat.*is -1n/],
    ['no attempts', { maxAttempts: 0 }, /maxAttempts/],
    ['half an attempt', { maxAttempts: 1.5 }, /maxAttempts/],
    ['attempts as a bigint', { maxAttempts: 5n }, /maxAttempts.*is 5n/],
    ['a deadline in the past', { deadlineMs: 0 }, /deadlineMs/],
    ['a deadline beyond what timers know', { deadlineMs: 2 ** 31 }, /deadlineMs/],
    ['a time lock that the receiver alone needs', { maxCltvBlocks: 43 }, /maxCltvBlocks/],
    ['a time lock that the node refuses', { maxCltvBlocks: 2017 }, /maxCltvBlocks/],
    ['a dry run that is no yes or no', { dryRun: 'false' }, /dryRun.*is "false"/],
    ['a signal that is its controller', { signal: new AbortController() }, /signal.*AbortSignal/],
    ['exclusions that are a list', { exclude: ['10'] }, /exclude has no field "0"/],
    ['exclusions of another kind', { exclude: { peers: [] } }, /exclude has no field "peers"/],
    ['an excluded channel alone', { exclude: { channels: '10' } }, /channels must be an array/],
    [
      'an excluded channel in the form of blocks, which no graph has',
      { exclude: { channels: ['812345x678x1'] } },
      /exclude.channels has "812345x678x1"; read ids with/,
    ],
    ['an excluded name', { exclude: { nodes: ['alice'] } }, /exclude.nodes has "alice"/],
    ['half a pair', { exclude: { pairs: [{ from: nodeIdOf(1) }] } }, /exclude.pairs has an object/],
  ];
  test.each(refusals)('%s', (_, fields, message) => {
    const request = { ...base, ...fields } as RebalanceRequest;
    expect(() => assertRequest(request)).toThrow(RebalanceRequestError);
    expect(() => assertRequest(request)).toThrow(message);
  });

  test('a field that is misspelt: it would send a payment that was to be tried out', () => {
    const request: RebalanceRequest & { dryrun: boolean } = { ...base, dryrun: true };
    expect(() => assertRequest(request)).toThrow(/no field "dryrun"; its fields are from, to/);
  });

  test.each([[undefined], [null], ['10']])('%s in place of a request', (value) => {
    expect(() => assertRequest(value as never)).toThrow(RebalanceRequestError);
  });
});

test('requests that can be meant', () => {
  const full: RebalanceRequest = {
    from: ['10', nodeIdOf(1)],
    to: '812345x678x1',
    amountMsat: 2n ** 52n,
    minAmountMsat: 1n,
    maxFeeMsat: 0n,
    maxFeePpm: 0.5,
    maxAttempts: 1,
    deadlineMs: 2 ** 31 - 1,
    signal: new AbortController().signal,
    maxCltvBlocks: 2016,
    dryRun: false,
    exclude: {
      nodes: [nodeIdOf(1)],
      channels: [parseChannelId('812345x678x1')],
      pairs: [{ from: nodeIdOf(1), to: nodeIdOf(2) }],
    },
  };
  expect(() => assertRequest(full)).not.toThrow();
  expect(() => assertRequest(base)).not.toThrow();
});
