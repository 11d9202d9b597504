import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ShrinkSituation, shrinkAmount } from '../../src/executor/shrink-amount.ts';
import type { NoRouteReason } from '../../src/pathfinder/request.ts';
import { testSeed } from '../seeded-random.ts';

const situation = (
  reason: NoRouteReason,
  more: Partial<ShrinkSituation> = {},
): ShrinkSituation => ({
  amountMsat: 1_000_000_000n,
  minAmountMsat: 100_000_000n,
  reason,
  metCeilings: false,
  feeLimitMsat: () => 1_000_000n,
  ...more,
});

test.each<[string, ShrinkSituation, bigint | null]>([
  [
    'what the fullest channel can send, less the fee',
    situation({ code: 'no_outgoing_balance', bestSpendableMsat: 600_000_000n }),
    599_000_000n,
  ],
  [
    'what the emptiest channel can receive, in whole sat',
    situation({ code: 'no_incoming_capacity', bestReceivableMsat: 600_000_999n }),
    600_000_000n,
  ],
  [
    'a step less, where the last peer lacked a little of what it seemed to have',
    situation(
      { code: 'no_incoming_capacity', bestReceivableMsat: 999_999_999n },
      { metCeilings: true },
    ),
    980_000_000n,
  ],
  [
    'what the emptiest channel can receive, where that is less than a step',
    situation(
      { code: 'no_incoming_capacity', bestReceivableMsat: 600_000_999n },
      { metCeilings: true },
    ),
    600_000_000n,
  ],
  [
    'what announced limits allow',
    situation({ code: 'amount_too_large', payableMsat: 900_000_000n }),
    900_000_000n,
  ],
  [
    'half, where balances were lacking, rather than a little less',
    situation({ code: 'amount_too_large', payableMsat: 900_000_000n }, { metCeilings: true }),
    500_000_000n,
  ],
  [
    'half, where only pairs that lacked balance are left',
    situation({ code: 'avoided', cheapestFeeMsat: 1n }, { metCeilings: true }),
    500_000_000n,
  ],
  [
    'the minimum, where half would be below it',
    situation(
      { code: 'avoided', cheapestFeeMsat: 1n },
      { metCeilings: true, minAmountMsat: 700_000_500n },
    ),
    700_000_500n,
  ],
  [
    'half, where excluded channels are the obstacle: narrower ones may not be excluded',
    situation({ code: 'avoided', cheapestFeeMsat: 1n }),
    500_000_000n,
  ],
  [
    'half, where the routes are too dear',
    situation({ code: 'fee_limit', cheapestFeeMsat: 1n, cheapestFeePpm: 1 }),
    500_000_000n,
  ],
  [
    'the minimum, where announced limits were found to allow less only',
    situation({ code: 'amount_too_large', payableMsat: 99_000_000n }),
    100_000_000n,
  ],
  [
    'the minimum, where the fee limit leaves no more of the balance',
    situation(
      { code: 'no_outgoing_balance', bestSpendableMsat: 100_500_000n },
      { feeLimitMsat: () => 1_000_000n },
    ),
    100_000_000n,
  ],
  [
    'what can be sent with the fee of what is sent, not that of the amount before',
    situation(
      { code: 'no_outgoing_balance', bestSpendableMsat: 550_000_000n },
      { feeLimitMsat: (amountMsat) => amountMsat / 10n },
    ),
    500_000_000n,
  ],
  [
    'the minimum, where no smaller amount was found to pass',
    situation({ code: 'disconnected' }),
    100_000_000n,
  ],
  [
    'nothing, where less than the minimum would fit',
    situation({ code: 'no_incoming_capacity', bestReceivableMsat: 99_999_999n }),
    null,
  ],
  [
    'nothing, where the amount is at its minimum',
    situation(
      { code: 'avoided', cheapestFeeMsat: 1n },
      { amountMsat: 100_000_000n, metCeilings: true },
    ),
    null,
  ],
  [
    'nothing, where no amount helps',
    situation({ code: 'no_outgoing_channel' }, { metCeilings: true }),
    null,
  ],
])('%s', (_, given, expected) => {
  expect(shrinkAmount(given)).toBe(expected);
});

test('amounts only shrink, and soon come down to the minimum, unless our own channels hold less', () => {
  const msat = fc.bigInt({ min: 1n, max: 2n ** 52n });
  const reason = msat.chain((amount) =>
    fc.constantFrom<NoRouteReason>(
      { code: 'amount_too_large', payableMsat: amount },
      { code: 'no_incoming_capacity', bestReceivableMsat: amount },
      { code: 'no_outgoing_balance', bestSpendableMsat: amount },
      { code: 'avoided', cheapestFeeMsat: amount },
      { code: 'disconnected' },
    ),
  );
  fc.assert(
    fc.property(msat, msat, reason, fc.boolean(), (one, other, given, metCeilings) => {
      const [minAmountMsat, start] = one < other ? [one, other] : [other, one];
      let amountMsat = start;
      for (let steps = 0; ; steps++) {
        expect(steps).toBeLessThan(60);
        const next = shrinkAmount({
          amountMsat,
          minAmountMsat,
          reason: given,
          metCeilings,
          feeLimitMsat: () => 10n,
        });
        if (next === null) break;
        expect(next).toBeLessThan(amountMsat);
        expect(next).toBeGreaterThanOrEqual(minAmountMsat);
        amountMsat = next;
      }
      const exceedsOurs =
        (given.code === 'no_incoming_capacity' && given.bestReceivableMsat < minAmountMsat) ||
        (given.code === 'no_outgoing_balance' && given.bestSpendableMsat < minAmountMsat);
      expect(amountMsat).toBe(exceedsOurs ? start : minAmountMsat);
    }),
    { seed: testSeed(17), numRuns: 500 },
  );
});
