/** Any route with any failure, as messages of lnd: both may come out of a store, or from a node that is not well. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { interpretFailure } from '../../../src/executor/interpret-failure.ts';
import { Failure, Failure_FailureCode } from '../../../src/generated/messages/failure.ts';
import { HTLCAttempt } from '../../../src/generated/services/payments.ts';
import { readFailure } from '../../../src/node/lnd/attempt-failure.ts';
import { likeMessage, NODES } from '../input/like-example.ts';
import { assertSoundPolicy } from '../sound-graph.ts';
import type { FuzzTarget } from '../target.ts';
import { CIRCLE } from './failure-bytes.ts';

const attempts = fc
  .record({
    route: fc.oneof(fc.constant(CIRCLE), likeMessage(CIRCLE)),
    code: fc.constantFrom(...Object.values(Failure_FailureCode)),
    failureSourceIndex: fc.integer({ min: 0, max: 4 }),
    chanId: fc.constantFrom('101', '102', '103', '0'),
    channelFlags: fc.integer({ min: 0, max: 3 }),
    htlcMaximumMsat: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
    htlcMinimumMsat: fc.bigInt({ min: 0n, max: 2_000n }),
    timeLockDelta: fc.integer({ min: 0, max: 70_000 }),
    extraOpaqueData: fc.uint8Array({ maxLength: 20 }),
  })
  .map(({ route, code, failureSourceIndex, ...update }) =>
    HTLCAttempt.encode(
      HTLCAttempt.fromPartial({
        route,
        failure: Failure.fromPartial({
          code,
          failureSourceIndex,
          channelUpdate: { ...update, messageFlags: 1 },
        }),
      }),
    ).finish(),
  );

export const target: FuzzTarget = {
  name: 'interpret-failure',
  about: 'routes and failures as lnd lists them',
  shape: 'protobuf',
  valid: attempts,
  // A route without hops, or with blinded ones, is documented to be refused.
  refusals: [RangeError],
  acceptedShare: [0.2, 0.9],
  seededCases: 6_000,
  run: (input) => {
    let attempt: HTLCAttempt;
    try {
      attempt = HTLCAttempt.decode(input);
    } catch {
      return 'refused';
    }
    const { route, failure } = attempt;
    if (route === undefined || failure === undefined) return 'refused';
    const verdict = interpretFailure(route, readFailure(failure), NODES[0] as never);
    assert.ok(verdict.code in Failure_FailureCode && verdict.reason.length > 0);
    assert.equal(verdict.source === null, verdict.sourceIndex === null);
    if (verdict.sourceIndex !== null) assert.ok(verdict.sourceIndex <= route.hops.length);
    for (const fact of verdict.facts) {
      assert.ok(fact.from !== undefined && fact.to !== undefined);
    }
    if (verdict.update.kind === 'usable') assertSoundPolicy(verdict.update.update.policy);
    if (verdict.repriceable) assert.equal(verdict.update.kind, 'usable');
    return 'accepted';
  },
};
