/** Answers and streams of lnd as protobuf: decoded, and read by all that reads them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Failure, Failure_FailureCode } from '../../../src/generated/messages/failure.ts';
import { Route } from '../../../src/generated/messages/route.ts';
import { Channel, HTLC, ListChannelsResponse } from '../../../src/generated/services/channels.ts';
import { CustomMessage } from '../../../src/generated/services/custom_messages.ts';
import { ChannelEdge, ChannelGraph, RoutingPolicy } from '../../../src/generated/services/graph.ts';
import {
  AddInvoiceResponse,
  Invoice,
  InvoiceHTLC,
} from '../../../src/generated/services/invoice.ts';
import { GetInfoResponse } from '../../../src/generated/services/node.ts';
import {
  HTLCAttempt,
  ListPaymentsResponse,
  Payment,
} from '../../../src/generated/services/payments.ts';
import { PendingChannelsResponse } from '../../../src/generated/services/pending.ts';
import {
  ForwardingEvent,
  ForwardingHistoryResponse,
} from '../../../src/generated/services/policy.ts';
import {
  CircuitKey,
  ForwardHtlcInterceptRequest,
  HtlcEvent,
  PairHistory,
  QueryMissionControlResponse,
} from '../../../src/generated/services/router.ts';
import { LiquidityBook } from '../../../src/liquidity/liquidity-book.ts';
import { closingChannels } from '../../../src/node/lnd/closing-channels.ts';
import { customMessages } from '../../../src/node/lnd/custom-messages.ts';
import { fetchGraph } from '../../../src/node/lnd/describe-graph.ts';
import { forwardingHistory } from '../../../src/node/lnd/forwarding-history.ts';
import { htlcEvents } from '../../../src/node/lnd/htlc-events.ts';
import { addInvoice, lookupInvoice } from '../../../src/node/lnd/invoices.ts';
import type { LndCalls } from '../../../src/node/lnd/lnd-calls.ts';
import { importMissionControl, missionControl } from '../../../src/node/lnd/mission-control.ts';
import { readOffer, resumeAnswer } from '../../../src/node/lnd/offer-message.ts';
import { fetchOwnChannels } from '../../../src/node/lnd/own-channels.ts';
import { unfinishedPayments } from '../../../src/node/lnd/payments.ts';
import { fetchInfo, requireReady } from '../../../src/node/lnd/readiness.ts';
import { sendToRoute } from '../../../src/node/lnd/send-to-route.ts';
import { trackPayment } from '../../../src/node/lnd/track-payment.ts';
import { requireSupportedVersion } from '../../../src/node/lnd/version.ts';
import { NodeError } from '../../../src/node/node-error.ts';
import {
  isNodeId,
  isPaymentHash,
  type PaymentHash,
  tryParseChannelId,
} from '../../../src/units/ids.ts';
import { asLndCalls, DecodingCalls } from '../decoding-calls.ts';
import { chosen, likeMessage, NODES, prefixed } from '../input/like-example.ts';
import { assertSoundDescription } from '../sound-graph.ts';
import type { FuzzTarget } from '../target.ts';

const HASH = 'c7'.repeat(32) as PaymentHash;
const BYTES_32 = new Uint8Array(32).fill(7);
const KEY = Uint8Array.from(Buffer.from(NODES[0]!, 'hex'));
const OTHER_KEY = Uint8Array.from(Buffer.from(NODES[2]!, 'hex'));
const DEADLINE_MS = 1_000;

const route = Route.fromPartial({
  totalTimeLock: 900_163,
  totalAmtMsat: 1_002_001n,
  hops: [
    { chanId: '110056128741377', pubKey: NODES[0]!, amtToForwardMsat: 1_001_000n, expiry: 900_123 },
  ],
});
const failure = Failure.fromPartial({
  code: Failure_FailureCode.FEE_INSUFFICIENT,
  channelUpdate: {
    chanId: '110056128741377',
    signature: BYTES_32,
    baseFee: 1,
    htlcMaximumMsat: 5n,
  },
  failureSourceIndex: 1,
});
const attempt = HTLCAttempt.fromPartial({
  attemptId: 7n,
  status: 2,
  attemptTimeNs: 1_700_000_000_000_000_000n,
  preimage: BYTES_32,
});
const attemptWith = { ...attempt, route, failure };
const payment = Payment.fromPartial({ paymentHash: HASH, valueMsat: 1_000_000n, status: 1 });
const policy = RoutingPolicy.fromPartial({ timeLockDelta: 40, minHtlc: 1n, maxHtlcMsat: 9n });

interface Reading {
  readonly valid: fc.Arbitrary<Uint8Array>;
  /** Whether it was taken. */
  readonly read: (calls: LndCalls, bytes: Uint8Array) => Promise<boolean>;
}

interface Codec<Message> {
  encode(message: Message): { finish(): Uint8Array };
}

const messages = <Message>(codec: Codec<Message>, example: Message): fc.Arbitrary<Uint8Array> =>
  likeMessage(example).map((drawn) => codec.encode(drawn).finish());

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  try {
    for await (const one of stream) found.push(one);
  } catch (error) {
    // A stream that ends is an error of its own.
    if (!(error instanceof NodeError) || found.length === 0) throw error;
  }
  return found;
}

const isAmount = (amount: bigint): boolean => typeof amount === 'bigint';
const never = new AbortController().signal;

const READINGS: readonly Reading[] = [
  {
    valid: messages(
      ChannelGraph,
      ChannelGraph.fromPartial({
        nodes: [{ pubKey: NODES[0]!, alias: 'a', lastUpdate: 5 }],
        edges: [
          {
            channelId: '110056128741377',
            node1Pub: NODES[0]!,
            node2Pub: NODES[2]!,
            capacity: 100_000n,
            node1Policy: policy,
            node2Policy: policy,
          },
        ],
      }),
    ),
    read: async (calls) => {
      const graph = await fetchGraph(calls, DEADLINE_MS);
      assertSoundDescription(graph);
      return graph.nodes.length + graph.channels.length > 0;
    },
  },
  {
    valid: messages(
      ChannelEdge,
      ChannelEdge.fromPartial({ channelId: '5', node1Policy: policy }),
    ).map((edge) => ChannelGraph.encode({ nodes: [], edges: [ChannelEdge.decode(edge)] }).finish()),
    read: async (calls) => {
      assertSoundDescription(await fetchGraph(calls, DEADLINE_MS));
      return true;
    },
  },
  {
    valid: messages(
      ListChannelsResponse,
      ListChannelsResponse.fromPartial({
        channels: [
          Channel.fromPartial({
            chanId: '110056128741377',
            remotePubkey: NODES[0]!,
            capacity: 1_000_000n,
            localBalance: 400_000n,
            remoteBalance: 590_000n,
            commitFee: 10_000n,
            feePerKw: 2_500n,
            aliasScids: ['17592186044416000001'],
            localConstraints: {
              chanReserveSat: 10_000n,
              dustLimitSat: 354n,
              maxAcceptedHtlcs: 483,
            },
            remoteConstraints: { chanReserveSat: 10_000n, maxPendingAmtMsat: 990_000_000n },
            pendingHtlcs: [
              HTLC.fromPartial({ hashLock: BYTES_32, amount: 5_000n, expirationHeight: 900_000 }),
            ],
          }),
        ],
      }),
    ),
    read: async (calls) => {
      const channels = await fetchOwnChannels(calls, DEADLINE_MS);
      for (const { channelId, peer, spendableMsat, receivableMsat } of channels) {
        assert.equal(tryParseChannelId(channelId), channelId);
        assert.ok(isNodeId(peer));
        assert.ok(spendableMsat >= 0n && receivableMsat >= 0n);
      }
      return channels.length > 0;
    },
  },
  {
    valid: messages(
      PendingChannelsResponse,
      PendingChannelsResponse.fromPartial({
        waitingCloseChannels: [{ channel: { remoteNodePub: NODES[0]!, channelPoint: 'ab:0' } }],
        pendingForceClosingChannels: [
          {
            channel: { remoteNodePub: NODES[1]!, channelPoint: 'cd:1' },
            limboBalance: 5_000n,
            pendingHtlcs: [{ incoming: true, amount: 1_000n, maturityHeight: 900_100 }],
          },
        ],
      }),
    ),
    read: async (calls) => (await closingChannels(calls, DEADLINE_MS)).length > 0,
  },
  {
    valid: messages(
      ListPaymentsResponse,
      ListPaymentsResponse.fromPartial({
        payments: [{ ...payment, htlcs: [attemptWith] }],
        lastIndexOffset: 3n,
      }),
    ),
    read: async (calls) => {
      const payments = await unfinishedPayments(calls, { sinceMs: 0, deadlineMs: DEADLINE_MS });
      for (const { paymentHash, valueMsat } of payments) {
        assert.ok(isPaymentHash(paymentHash) && isAmount(valueMsat));
      }
      return payments.length > 0;
    },
  },
  {
    valid: messages(
      ForwardingHistoryResponse,
      ForwardingHistoryResponse.fromPartial({
        forwardingEvents: [
          ForwardingEvent.fromPartial({
            chanIdIn: '110056128741377',
            chanIdOut: '110056128741378',
            amtInMsat: 1_001_000n,
            amtOutMsat: 1_000_000n,
            timestampNs: 1_700_000_000_000_000_000n,
          }),
        ],
        lastOffsetIndex: 4,
      }),
    ),
    read: async (calls) => {
      const terms = { sinceMs: 0, deadlineMs: DEADLINE_MS };
      const { forwards } = await forwardingHistory(calls, terms);
      for (const { settledAtMs, inChannelId, outChannelId } of forwards) {
        new Date(settledAtMs).toISOString();
        assert.equal(tryParseChannelId(inChannelId), inChannelId);
        assert.equal(tryParseChannelId(outChannelId), outChannelId);
      }
      return forwards.length > 0;
    },
  },
  {
    valid: messages(
      GetInfoResponse,
      GetInfoResponse.fromPartial({
        identityPubkey: NODES[0]!,
        alias: 'ours',
        version: '0.20.0-beta.rc2 commit=abc',
        blockHeight: 900_000,
        syncedToChain: true,
        syncedToGraph: true,
      }),
    ),
    read: async (calls) => {
      const { nodeId, version, holdExpiryBlocks } = await fetchInfo(calls, DEADLINE_MS);
      assert.ok(isNodeId(nodeId) && Number.isInteger(holdExpiryBlocks));
      requireSupportedVersion(version);
      await requireReady(calls, { requireSynced: false, deadlineMs: DEADLINE_MS }).catch(
        (error: unknown) => assert.ok(error instanceof NodeError),
      );
      return true;
    },
  },
  {
    valid: messages(
      Invoice,
      Invoice.fromPartial({
        state: 1,
        htlcs: [InvoiceHTLC.fromPartial({ chanId: '5', amtMsat: 1_000n, state: 1 })],
      }),
    ),
    read: async (calls) => {
      const invoice = await lookupInvoice(calls, HASH, DEADLINE_MS);
      for (const { channelId } of invoice?.arrivals ?? []) {
        assert.equal(tryParseChannelId(channelId), channelId);
      }
      return invoice !== undefined;
    },
  },
  {
    valid: messages(AddInvoiceResponse, AddInvoiceResponse.fromPartial({ rHash: BYTES_32 })),
    read: async (calls) => {
      const terms = {
        preimage: BYTES_32,
        memo: '',
        valueMsat: 0n,
        cltvDelta: 40,
        expirySeconds: 60,
      };
      // Its hash is not that of the preimage, whatever the bytes are.
      await assert.rejects(addInvoice(calls, terms, DEADLINE_MS), NodeError);
      return false;
    },
  },
  {
    valid: messages(
      QueryMissionControlResponse,
      QueryMissionControlResponse.fromPartial({
        pairs: [
          PairHistory.fromPartial({
            nodeFrom: KEY,
            nodeTo: OTHER_KEY,
            history: { failTime: 1_700_000_000n, failAmtMsat: 5_000n, successAmtMsat: 4_000n },
          }),
        ],
      }),
    ),
    read: async (calls) => {
      const pairs = await missionControl(calls, DEADLINE_MS);
      const book = new LiquidityBook();
      book.importMissionControl(pairs);
      for (const row of book.state().rows) {
        assert.ok(row.lowMsat >= 0 && row.highMsat >= 0 && Number.isFinite(row.lowMsat));
        for (const atMs of [row.lowAtMs, row.highAtMs, row.suspectAtMs])
          new Date(atMs).toISOString();
      }
      await importMissionControl(calls, book.exportMissionControl(), DEADLINE_MS);
      return pairs.length > 0;
    },
  },
  {
    valid: messages(HTLCAttempt, attemptWith),
    read: async (calls) => {
      const outcome = await sendToRoute(calls, { paymentHash: HASH, route });
      assert.notEqual(
        outcome.kind,
        'not_sent',
        'what is not known to have failed may have gone out',
      );
      if (outcome.kind === 'failed') assert.ok(outcome.failure.code in CODES);
      return outcome.kind !== 'unknown';
    },
  },
  {
    valid: messages(Payment, { ...payment, htlcs: [attemptWith] }),
    read: async (calls) => (await all(trackPayment(calls, HASH, never))).length > 0,
  },
  {
    valid: fc
      .constantFrom(
        'forwardEvent',
        'forwardFailEvent',
        'settleEvent',
        'linkFailEvent',
        'finalHtlcEvent',
      )
      .chain(($case) =>
        messages(
          HtlcEvent,
          HtlcEvent.fromPartial({
            incomingChannelId: '110056128741377',
            outgoingChannelId: '110056128741378',
            incomingHtlcId: 4n,
            timestampNs: 1_700_000_000_000_000_000n,
            eventType: 3,
            event: {
              $case,
              value: { info: { incomingAmtMsat: 5n, outgoingAmtMsat: 4n } },
            } as never,
          }),
        ),
      ),
    read: async (calls) => {
      const news = await all(htlcEvents(calls, never));
      for (const one of news) {
        if (!('atMs' in one)) continue;
        new Date(one.atMs).toISOString();
        for (const key of [one.in, one.out]) {
          if (key !== null) assert.equal(tryParseChannelId(key.channelId), key.channelId);
        }
      }
      return news.length > 0;
    },
  },
  {
    valid: messages(
      CustomMessage,
      CustomMessage.fromPartial({ peer: KEY, type: 37_913, data: BYTES_32 }),
    ),
    read: async (calls) => {
      const news = await all(customMessages(calls, DEADLINE_MS).receive({ signal: never }));
      for (const one of news) if (one.kind === 'message') assert.ok(isNodeId(one.peer));
      return news.length > 1;
    },
  },
  {
    valid: messages(
      ForwardHtlcInterceptRequest,
      ForwardHtlcInterceptRequest.fromPartial({
        incomingCircuitKey: CircuitKey.fromPartial({ chanId: '110056128741377', htlcId: 3n }),
        paymentHash: BYTES_32,
        incomingAmountMsat: 1_001_000n,
        outgoingAmountMsat: 1_000_000n,
        outgoingRequestedChanId: '110056128741378',
        outgoingRequestedNodeId: KEY,
        autoFailHeight: 900_100,
      }),
    ),
    read: async (_calls, bytes) => {
      let message: ForwardHtlcInterceptRequest;
      try {
        message = ForwardHtlcInterceptRequest.decode(bytes);
      } catch {
        return false;
      }
      const offer = readOffer(message);
      if (offer === undefined) return false;
      assert.ok(isPaymentHash(offer.paymentHash));
      assert.equal(tryParseChannelId(offer.circuit.channelId), offer.circuit.channelId);
      assert.equal(resumeAnswer(offer.circuit).incomingCircuitKey?.htlcId, offer.circuit.htlcId);
      return true;
    },
  },
];

const CODES: Readonly<Record<number, true>> = Object.fromEntries(
  Object.values(Failure_FailureCode).map((code) => [code, true]),
);

export const target: FuzzTarget = {
  name: 'lnd-messages',
  about: "answers and streams of one's own lnd, or of what pretends to be it",
  shape: 'protobuf',
  prefixBytes: 1,
  valid: fc.oneof(...READINGS.map(({ valid }, i) => valid.map((bytes) => prefixed(i, bytes)))),
  refusals: [NodeError],
  acceptedShare: [0.25, 0.9],
  seededCases: 4_000,
  run: async (input) => {
    const bytes = input.subarray(1);
    // One page, or one message; then nothing more.
    const calls = new DecodingCalls((_path, asked) => (asked === 0 ? bytes : undefined));
    const taken = await chosen(READINGS, input).read(asLndCalls(calls), bytes);
    return taken ? 'accepted' : 'refused';
  },
};
