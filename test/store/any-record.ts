/** Journal records drawn at random. */
import fc from 'fast-check';
import { Failure_FailureCode } from '../../src/generated/messages/failure.ts';
import type { JournalRecord, SendOutcome } from '../../src/ports.ts';
import { parseChannelId, parseNodeId } from '../../src/units/ids.ts';
import { hash } from './journal-records.ts';

const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

const bytes = (length?: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array(
    length === undefined ? { maxLength: 80 } : { minLength: length, maxLength: length },
  );
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const msat = fc.bigInt({ min: 0n, max: INT64_MAX });
const uint64 = fc.bigInt({ min: 0n, max: UINT64_MAX });
const text = fc.string({ unit: 'binary' }).map((drawn) => drawn.replaceAll('\0', '0'));
/** Few, so that records meet. */
const rebalanceId = fc.constantFrom('a', 'b', 'c', 'd');
const paymentHash = fc.integer({ min: 1, max: 5 }).map(hash);
const atMs = fc.integer({ min: 0, max: 8_640_000_000_000_000 });
const channelId = uint64.map((id) => parseChannelId(String(id)));
const attempt = fc.integer({ min: 1, max: 2 ** 31 });

const hop = fc.record({
  chanId: uint64.map(String),
  chanCapacity: msat,
  amtToForward: msat,
  fee: msat,
  expiry: uint32,
  amtToForwardMsat: msat,
  feeMsat: msat,
  pubKey: text,
  tlvPayload: fc.boolean(),
  mppRecord: fc.option(fc.record({ totalAmtMsat: msat, paymentAddr: bytes(32) }), {
    nil: undefined,
  }),
  customRecords: fc
    .array(fc.tuple(uint64, bytes()), { maxLength: 3 })
    .map((entries) => new Map(entries)),
  ampRecord: fc.option(fc.record({ rootShare: bytes(32), setId: bytes(32), childIndex: uint32 }), {
    nil: undefined,
  }),
  metadata: bytes(),
  blindingPoint: bytes(),
  encryptedData: bytes(),
  totalAmtMsat: uint64,
});

const route = fc.record({
  totalTimeLock: uint32,
  totalFees: msat,
  totalAmt: msat,
  hops: fc.array(hop, { maxLength: 5 }),
  totalFeesMsat: msat,
  totalAmtMsat: msat,
  firstHopAmountMsat: msat,
  customChannelData: bytes(),
});

const failure = fc.record({
  code: fc.constantFrom(...Object.values(Failure_FailureCode)),
  channelUpdate: fc.option(
    fc.record({
      signature: bytes(64),
      chainHash: bytes(32),
      chanId: uint64.map(String),
      timestamp: uint32,
      channelFlags: uint32,
      timeLockDelta: uint32,
      htlcMinimumMsat: uint64,
      baseFee: uint32,
      feeRate: uint32,
      messageFlags: uint32,
      htlcMaximumMsat: uint64,
      extraOpaqueData: bytes(),
    }),
    { nil: undefined },
  ),
  htlcMsat: uint64,
  onionSha256: bytes(),
  cltvExpiry: uint32,
  flags: uint32,
  failureSourceIndex: uint32,
  height: uint32,
});

const sendOutcome: fc.Arbitrary<SendOutcome> = fc.oneof(
  fc.record({ kind: fc.constant('settled' as const), preimage: bytes(), attemptId: uint64 }),
  fc.record({ kind: fc.constant('failed' as const), failure, attemptId: uint64 }),
  fc.record({ kind: fc.constantFrom('not_sent' as const, 'unknown' as const), reason: text }),
);

/** Every kind, with every field over its whole range. */
export const anyRecord: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({
    kind: fc.constant('start' as const),
    rebalanceId,
    atMs,
    self: fc.constantFrom(parseNodeId(`02${'ab'.repeat(32)}`), parseNodeId(`03${'cd'.repeat(32)}`)),
    amountMsat: msat,
    outChannels: fc.array(channelId, { maxLength: 3 }),
    inChannels: fc.array(channelId, { maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant('invoice' as const),
    rebalanceId,
    atMs,
    paymentHash,
    preimage: bytes(32),
  }),
  fc.record({
    kind: fc.constant('intent' as const),
    rebalanceId,
    atMs,
    attempt,
    paymentHash,
    route,
    blockHeight: uint32,
    amountMsat: msat,
    feeMsat: fc.bigInt({ min: -INT64_MAX - 1n, max: INT64_MAX }),
    outChannelId: channelId,
    inChannelId: channelId,
  }),
  fc.record({
    kind: fc.constant('outcome' as const),
    rebalanceId,
    atMs,
    attempt,
    paymentHash,
    outcome: sendOutcome,
  }),
  fc.record({
    kind: fc.constant('end' as const),
    rebalanceId,
    atMs,
    reason: text,
    feePaidMsat: msat,
    movedMsat: msat,
  }),
);
