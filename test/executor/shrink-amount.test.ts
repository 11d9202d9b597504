import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ShrinkSituation, shrinkAmount } from '../../src/executor/shrink-amount.ts';
import type { NoRouteReason } from '../../src/pathfinder/request.ts';

const situation = (
  reason: NoRouteReason,
  more: Partial<ShrinkSituation> = {},
): ShrinkSituation => ({
  amountMsat: 1_000_000_000n,
  minAmountMsat: 100_000_000n,
  reason,
  metCeilings: false,
  feeLimitMsat: 1_000_000n,
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
    'nothing, where excluded channels are the only obstacle',
    situation({ code: 'avoided', cheapestFeeMsat: 1n }),
    null,
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
    situation({ code: 'disconnected' }, { metCeilings: true }),
    null,
  ],
])('%s', (_, given, expected) => {
  expect(shrinkAmount(given)).toBe(expected);
});

test('amounts only shrink, stay above the minimum, and come to an end soon', () => {
  const msat = fc.bigInt({ min: 1n, max: 2n ** 52n });
  const reason = msat.chain((amount) =>
    fc.constantFrom<NoRouteReason>(
      { code: 'amount_too_large', payableMsat: amount },
      { code: 'no_incoming_capacity', bestReceivableMsat: amount },
      { code: 'no_outgoing_balance', bestSpendableMsat: amount },
      { code: 'avoided', cheapestFeeMsat: amount },
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
          feeLimitMsat: 10n,
        });
        if (next === null) return;
        expect(next).toBeLessThan(amountMsat);
        expect(next).toBeGreaterThanOrEqual(minAmountMsat);
        amountMsat = next;
      }
    }),
    { seed: 17 },
  );
});
