import { expect, test } from 'vitest';
import { matchAttempt } from '../../src/executor/match-attempt.ts';
import type { AttemptRecord, PaymentRecord } from '../../src/ports.ts';
import { hashOf } from './machine-harness.ts';
import { CIRCLE, route } from './routes.ts';

const OTHER = route(['self', 'A', 'B', 'self'], {
  totalMsat: 1021n,
  forwardMsat: [1010n, 1000n, 1000n],
});

const attempt = (attemptId: bigint, fields: Partial<AttemptRecord> = {}): AttemptRecord => ({
  attemptId,
  state: 'in_flight',
  route: CIRCLE,
  attemptTimeNs: attemptId,
  failure: null,
  preimage: null,
  ...fields,
});

const payment = (
  state: PaymentRecord['state'],
  ...attempts: readonly AttemptRecord[]
): PaymentRecord => ({ paymentHash: hashOf(1), state, valueMsat: 1000n, attempts });

test.each<[string, PaymentRecord, bigint | null, string]>([
  ['no attempt yet proves nothing', payment('in_flight'), null, 'in_flight'],
  ['an attempt under way', payment('in_flight', attempt(1n)), null, 'in_flight'],
  [
    'a settled attempt decides before the payment does',
    payment('in_flight', attempt(1n, { state: 'settled' })),
    null,
    'settled',
  ],
  [
    'a failed attempt waits for the payment',
    payment('in_flight', attempt(1n, { state: 'failed' })),
    null,
    'in_flight',
  ],
  ['a failed attempt', payment('failed', attempt(1n, { state: 'failed' })), null, 'failed'],
  [
    'a failed payment whose record is gone, and no other came before',
    payment('failed'),
    null,
    'failed',
  ],
  ['a failed payment whose record is gone, after another', payment('failed'), 4n, 'not_seen'],
  [
    'the end of the attempt before',
    payment('failed', attempt(4n, { state: 'failed' })),
    4n,
    'not_seen',
  ],
  [
    'a later attempt by another route is not ours',
    payment('failed', attempt(5n, { state: 'failed', route: OTHER })),
    4n,
    'not_seen',
  ],
  ['a settled payment is ours whatever is listed', payment('settled'), 4n, 'settled'],
])('%s', (_, record, lastAttemptId, kind) => {
  expect(matchAttempt(record, { route: CIRCLE, lastAttemptId }).kind).toBe(kind);
});

test('of several attempts the latest counts, and the first id may be 0', () => {
  const older = attempt(0n, { state: 'failed', attemptTimeNs: 10n });
  const newer = attempt(1n, { state: 'failed', attemptTimeNs: 20n });
  const match = matchAttempt(payment('failed', newer, older), {
    route: CIRCLE,
    lastAttemptId: null,
  });
  expect(match).toEqual({ kind: 'failed', record: newer });
  const only = matchAttempt(payment('failed', older), { route: CIRCLE, lastAttemptId: null });
  expect(only).toEqual({ kind: 'failed', record: older });
});
