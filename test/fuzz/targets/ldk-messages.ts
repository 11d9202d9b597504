/** Answers of LDK Server as protobuf: the graph record by record, channels, balances, forwards, scores. */
import assert from 'node:assert/strict';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import {
  ExportPathfindingScoresResponse,
  GetBalancesResponse,
  GetNodeInfoResponse,
  GraphGetChannelResponse,
  GraphGetNodeResponse,
  LightningNodeService,
  ListChannelsResponse,
  ListForwardedPaymentsResponse,
} from '../../../src/generated/services/ldk-server/api.ts';
import { EventEnvelope } from '../../../src/generated/services/ldk-server/events.ts';
import { LdkServer } from '../../../src/node/ldk-server/ldk-server.ts';
import { NodeError } from '../../../src/node/node-error.ts';
import { isNodeId, isPaymentHash } from '../../../src/units/ids.ts';
import { DecodingCalls } from '../decoding-calls.ts';
import { likeMessage, NODES, prefixed } from '../input/like-example.ts';
import { assertSoundDescription } from '../sound-graph.ts';
import type { FuzzTarget } from '../target.ts';
import { scores } from './ldk-scores.ts';

const update = {
  lastUpdate: 1_700_000_000,
  enabled: true,
  cltvExpiryDelta: 40,
  htlcMinimumMsat: 1n,
  htlcMaximumMsat: 900_000_000n,
  fees: { baseMsat: 1_000, proportionalMillionths: 100 },
};
const forward = {
  prevHtlcs: [{ userChannelId: '17' }],
  nextHtlcs: [{ userChannelId: '18' }],
  totalFeeEarnedMsat: 1_000n,
  outboundAmountForwardedMsat: 1_000_000n,
};

interface Codec<Message> {
  encode(message: Message): { finish(): Uint8Array };
}

const messages = <Message>(codec: Codec<Message>, example: Message): fc.Arbitrary<Uint8Array> =>
  likeMessage(example).map((drawn) => codec.encode(drawn).finish());

/** By the number of the field in which each travels. */
const ANSWERS: readonly { readonly path: string; readonly valid: fc.Arbitrary<Uint8Array> }[] = [
  {
    path: LightningNodeService.getNodeInfo.path,
    valid: messages(
      GetNodeInfoResponse,
      GetNodeInfoResponse.fromPartial({ nodeId: NODES[0]!, currentBestBlock: { height: 900_000 } }),
    ),
  },
  {
    path: LightningNodeService.listChannels.path,
    valid: messages(
      ListChannelsResponse,
      ListChannelsResponse.fromPartial({
        channels: [
          {
            channelId: 'ab'.repeat(32),
            counterpartyNodeId: NODES[2]!,
            fundingTxo: { txid: 'cd'.repeat(32), vout: 1 },
            userChannelId: '17',
            channelValueSats: 1_000_000n,
            outboundCapacityMsat: 400_000_000n,
            inboundCapacityMsat: 500_000_000n,
            nextOutboundHtlcLimitMsat: 390_000_000n,
            isChannelReady: true,
            isUsable: true,
            isAnnounced: true,
            channelConfig: { forwardingFeeBaseMsat: 1, cltvExpiryDelta: 40 },
          },
        ],
      }),
    ),
  },
  {
    path: LightningNodeService.getBalances.path,
    valid: messages(
      GetBalancesResponse,
      GetBalancesResponse.fromPartial({
        lightningBalances: [
          {
            balanceType: {
              $case: 'maybeTimeoutClaimableHtlc',
              value: {
                channelId: 'ab'.repeat(32),
                counterpartyNodeId: NODES[2]!,
                amountSatoshis: 5_000n,
                paymentHash: 'c7'.repeat(32),
              },
            },
          },
          {
            balanceType: {
              $case: 'claimableOnChannelClose',
              value: {
                channelId: 'ef'.repeat(32),
                counterpartyNodeId: NODES[3]!,
                amountSatoshis: 7n,
              },
            },
          },
        ],
      }),
    ),
  },
  {
    path: LightningNodeService.listForwardedPayments.path,
    valid: messages(
      ListForwardedPaymentsResponse,
      ListForwardedPaymentsResponse.fromPartial({ forwardedPayments: [forward] }),
    ),
  },
  {
    path: LightningNodeService.exportPathfindingScores.path,
    valid: scores.map((bytes) =>
      ExportPathfindingScoresResponse.encode({ scores: bytes as Uint8Array<ArrayBuffer> }).finish(),
    ),
  },
  {
    path: LightningNodeService.graphGetChannel.path,
    valid: messages(
      GraphGetChannelResponse,
      GraphGetChannelResponse.fromPartial({
        channel: {
          nodeOne: NODES[0]!,
          nodeTwo: NODES[2]!,
          capacitySats: 1_000_000n,
          oneToTwo: update,
          twoToOne: update,
        },
      }),
    ),
  },
  {
    path: LightningNodeService.graphGetNode.path,
    valid: messages(
      GraphGetNodeResponse,
      GraphGetNodeResponse.fromPartial({
        node: { channels: ['110056128741377' as never], announcementInfo: { alias: 'a' } },
      }),
    ),
  },
  {
    path: LightningNodeService.subscribeEvents.path,
    valid: messages(
      EventEnvelope,
      EventEnvelope.fromPartial({
        event: { $case: 'paymentForwarded', value: { forwardedPayment: forward } },
      }),
    ),
  },
];

/** Calls in a case, after which nothing is answered any more. */
const MOST_CALLS = 400;

const USES: readonly ((server: LdkServer) => Promise<boolean>)[] = [
  async (server) => isNodeId((await server.info()).nodeId),
  async (server) => {
    const graph = await server.describeGraph();
    assertSoundDescription(graph);
    return graph.channels.length > 0;
  },
  async (server) => {
    const channels = await server.ownChannels();
    for (const { peer, pendingHtlcs } of channels) {
      assert.ok(isNodeId(peer));
      for (const { paymentHash } of pendingHtlcs) assert.ok(isPaymentHash(paymentHash));
    }
    return (await server.channels()).length > 0;
  },
  async (server) => (await server.closingChannels()).length > 0,
  async (server) => {
    const { forwards, sinceMs } = await server.forwardingHistory(0);
    for (const { settledAtMs } of forwards) assert.ok(settledAtMs >= sinceMs);
    return true;
  },
  async (server) => {
    const pairs = await server.scoredPairs();
    for (const { from, to, successAmtMsat, failAmtMsat } of pairs) {
      assert.ok(isNodeId(from) && isNodeId(to) && successAmtMsat >= 0n && failAmtMsat >= 0n);
    }
    return pairs.length > 0;
  },
];

const framed = (parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(
      parts.flatMap((part, i) => [
        Buffer.from([((i + 1) << 3) | 2, (part.length & 0x7f) | 0x80, part.length >> 7]),
        part,
      ]),
    ),
  );

function partsOf(input: Uint8Array): Map<number, Uint8Array> | undefined {
  const parts = new Map<number, Uint8Array>();
  try {
    const reader = new BinaryReader(input);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (type === 2) parts.set(field, reader.bytes());
      else reader.skip(type);
    }
  } catch {
    return undefined;
  }
  return parts;
}

export const target: FuzzTarget = {
  name: 'ldk-messages',
  about: "answers and events of one's own LDK Server, or of what pretends to be it",
  shape: 'protobuf',
  prefixBytes: 1,
  valid: fc
    .tuple(fc.nat(USES.length - 1), fc.tuple(...ANSWERS.map(({ valid }) => valid)))
    .map(([use, parts]) => prefixed(use, framed(parts.map((part) => part.subarray(0, 16_000))))),
  refusals: [NodeError],
  acceptedShare: [0.2, 0.95],
  seededCases: 1_500,
  run: async (input) => {
    const parts = partsOf(input.subarray(1));
    if (parts === undefined) return 'refused';
    let made = 0;
    const calls = new DecodingCalls((path) =>
      ++made > MOST_CALLS
        ? undefined
        : parts.get(1 + ANSWERS.findIndex((answer) => answer.path === path)),
    );
    const server = new LdkServer(calls as never, NODES[0] as never, {} as never);
    try {
      const taken = await USES[(input[0] ?? 0) % USES.length]!(server);
      return taken ? 'accepted' : 'refused';
    } finally {
      server.close();
    }
  },
};
