/** A failure as the failing node wrote it (BOLT 4), with the channel_update that it may enclose (BOLT 7). */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { interpretFailure } from '../../../src/executor/interpret-failure.ts';
import { Failure, Failure_FailureCode } from '../../../src/generated/messages/failure.ts';
import { Route } from '../../../src/generated/messages/route.ts';
import { policyOf, readChannelUpdate } from '../../../src/node/cln/channel-update.ts';
import { readFailureMessage } from '../../../src/node/cln/failure-message.ts';
import { boltFailure } from '../../../src/sim/cln/failure-bytes.ts';
import { channelUpdate, inboundFeeTlv, unhex } from '../../node/cln/wire-messages.ts';
import { NODES } from '../input/like-example.ts';
import { assertSoundPolicy } from '../sound-graph.ts';
import type { FuzzTarget } from '../target.ts';

const CHANNELS = ['101', '102', '103'];

/** Us, two others, and us again. */
export const CIRCLE: Route = Route.fromPartial({
  totalAmtMsat: 1_002_001n,
  totalTimeLock: 900_163,
  hops: [NODES[1]!, NODES[2]!, NODES[0]!].map((pubKey, i) => ({
    chanId: CHANNELS[i]!,
    pubKey,
    amtToForwardMsat: 1_001_000n - 1_000n * BigInt(i),
    expiry: 900_123 - 40 * i,
  })),
});

const update = fc
  .record({
    scid: fc.constantFrom(...CHANNELS, '104').map(BigInt),
    direction: fc.constantFrom(0 as const, 1 as const),
    disabled: fc.boolean(),
    minMsat: fc.bigInt({ min: 0n, max: 2n ** 40n }),
    maxMsat: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { nil: null }),
    extra: fc.constantFrom('', inboundFeeTlv(-5, 100), 'fd', inboundFeeTlv(7, -2).slice(2)),
  })
  .map((fields) => unhex(channelUpdate(fields)));

const message = fc
  .record({
    code: fc.constantFrom(...Object.values(Failure_FailureCode)),
    htlcMsat: fc.bigInt({ min: 0n, max: 2n ** 50n }),
    update: fc.option(update, { nil: new Uint8Array() }),
    typed: fc.boolean(),
  })
  .map(({ code, htlcMsat, update: enclosed, typed }): Uint8Array => {
    const plain = boltFailure(Failure.fromPartial({ code, htlcMsat }));
    if (plain === undefined) return new Uint8Array([0x40, 99]);
    if ((plain.code & 0x1000) === 0) return plain.bytes;
    const head = plain.bytes.subarray(0, plain.bytes.length - 2);
    const bytes = typed ? enclosed : enclosed.subarray(2);
    const length = Uint8Array.of(bytes.length >> 8, bytes.length & 0xff);
    return new Uint8Array(Buffer.concat([head, length, bytes]));
  });

export const target: FuzzTarget = {
  name: 'failure-bytes',
  about: 'what any node of a route may answer, byte for byte',
  shape: 'bytes',
  valid: message,
  refusals: [],
  acceptedShare: [0.15, 0.9],
  seededCases: 6_000,
  run: (input) => {
    const failcode = ((input[0] ?? 0) << 8) | (input[1] ?? 0);
    const failure = readFailureMessage(failcode, input);
    assert.ok(Object.values(Failure_FailureCode).includes(failure.code));
    const alone = readChannelUpdate(input);
    if (alone !== undefined) policyOf(alone);
    let usable = false;
    for (let failureSourceIndex = 0; failureSourceIndex <= 4; failureSourceIndex++) {
      const verdict = interpretFailure(
        CIRCLE,
        { ...failure, failureSourceIndex },
        NODES[0] as never,
      );
      assert.ok(verdict.reason.length > 0);
      if (verdict.update.kind !== 'usable') continue;
      usable = true;
      const { channelId, from, policy } = verdict.update.update;
      assertSoundPolicy(policy);
      assert.ok(CHANNELS.includes(channelId) && from === verdict.source);
    }
    return usable || failure.code !== Failure_FailureCode.UNKNOWN_FAILURE ? 'accepted' : 'refused';
  },
};
