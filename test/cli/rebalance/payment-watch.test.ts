import { describe, expect, it } from 'vitest';
import { PaymentWatch } from '../../../src/cli/rebalance/payment-watch.ts';
import type { RebalanceEvent } from '../../../src/engine/index.ts';
import { parsePaymentHash } from '../../../src/units/ids.ts';

const paymentHash = parsePaymentHash('ab'.repeat(32));
const started: RebalanceEvent = { kind: 'attempt_started', attempt: 1, paymentHash };
/** Only their kind is looked at. */
const event = (kind: RebalanceEvent['kind']): RebalanceEvent => ({ kind }) as RebalanceEvent;

describe('PaymentWatch', () => {
  it('has nothing under way before an attempt', () => {
    const watch = new PaymentWatch();
    watch.see(event('route_found'));
    expect([watch.underWay, watch.exit]).toEqual([undefined, 4]);
  });

  it.each(['tracking_unknown', 'stopping', 'finished'] as const)(
    'keeps a payment past %s',
    (kind) => {
      const watch = new PaymentWatch();
      watch.see(started);
      watch.see(event(kind));
      expect([watch.underWay, watch.exit]).toEqual([paymentHash, 5]);
    },
  );

  it.each(['attempt_failed', 'attempt_not_sent', 'settled'] as const)(
    'lets it go at %s',
    (kind) => {
      const watch = new PaymentWatch();
      watch.see(started);
      watch.see(event(kind));
      expect([watch.underWay, watch.exit]).toEqual([undefined, 4]);
    },
  );

  it('has no say once the report is out', () => {
    const watch = new PaymentWatch();
    watch.see(started);
    watch.reported(0);
    expect([watch.exit, watch.isReported]).toEqual([0, true]);
  });
});
