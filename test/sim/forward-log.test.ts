import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ForwardLog } from '../../src/sim/forward-log.ts';
import type { ForwardRecord } from '../../src/sim/records.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { testSeed } from '../seeded-random.ts';
import { scid } from './circle.ts';

const [IN, OUT] = [scid('700000x1x0'), '18446744073709551615' as ChannelId];

const forward = (timestampNs: bigint, number: bigint): Omit<ForwardRecord, 'feeMsat'> => ({
  timestampNs,
  channelIn: IN,
  channelOut: OUT,
  amountInMsat: 1_000_100n + number,
  amountOutMsat: 1_000_000n,
  incomingHtlcId: number,
  outgoingHtlcId: number + 7n,
});

test('gives back what it was given, with the fee', () => {
  const log = new ForwardLog();
  log.add(forward(5n, 3n));
  expect([...log.between(0n, undefined)]).toEqual([{ ...forward(5n, 3n), feeMsat: 103n }]);
});

test('keeps all forwards, by time, each time once, whatever the clock does', () => {
  const times = fc.array(fc.bigInt({ min: 1n, max: 60n }), { maxLength: 80 });
  const period = fc.tuple(fc.bigInt({ min: 0n, max: 150n }), fc.bigInt({ min: 0n, max: 150n }));
  fc.assert(
    fc.property(times, period, (drawn, [sinceNs, untilNs]) => {
      const log = new ForwardLog();
      drawn.forEach((timestampNs, i) => {
        log.add(forward(timestampNs, BigInt(i)));
      });
      const all = [...log.between(0n, undefined)];
      expect(all.map(({ incomingHtlcId }) => Number(incomingHtlcId)).sort((a, b) => a - b)).toEqual(
        drawn.map((_, i) => i),
      );
      for (const [i, { timestampNs, incomingHtlcId, feeMsat }] of all.entries()) {
        expect(timestampNs).toBeGreaterThanOrEqual(drawn[Number(incomingHtlcId)]!);
        expect(feeMsat).toBe(100n + incomingHtlcId);
        if (i > 0) expect(timestampNs).toBeGreaterThan(all[i - 1]!.timestampNs);
      }
      expect([...log.between(sinceNs, untilNs)]).toEqual(
        all.filter(({ timestampNs }) => timestampNs >= sinceNs && timestampNs <= untilNs),
      );
    }),
    { seed: testSeed(77), numRuns: 200 },
  );
});
