// Bytes that our generated code writes, read by protobufjs with the .proto files of the npm package
// `lightning`; and the reverse.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  ChannelUpdate,
  Failure,
  Failure_FailureCode,
} from '../../src/generated/messages/failure.ts';
import { AMPRecord, Hop, MPPRecord, Route } from '../../src/generated/messages/route.ts';
import { Channel, ListChannelsResponse } from '../../src/generated/services/channels.ts';
import { HTLCAttempt, HTLCAttempt_HTLCStatus } from '../../src/generated/services/payments.ts';
import { QueryRoutesRequest } from '../../src/generated/services/query.ts';
import { SendToRouteRequest } from '../../src/generated/services/router.ts';
import { foreignProtos } from './descriptors.ts';

interface ForeignMethod {
  requestSerialize(value: object): Buffer;
  requestDeserialize(bytes: Buffer): unknown;
  responseSerialize(value: object): Buffer;
  responseDeserialize(bytes: Buffer): unknown;
}

type ForeignPackage = Record<string, Record<string, ForeignMethod>>;

/** grpc-js depends on proto-loader, we do not: so grpc-js is asked for it. */
function loadForeign(file: string): ForeignPackage {
  const requireFromGrpc = createRequire(createRequire(import.meta.url).resolve('@grpc/grpc-js'));
  const loader = requireFromGrpc('@grpc/proto-loader') as {
    loadSync(file: string, options: object): ForeignPackage;
  };
  return loader.loadSync(join(foreignProtos, file), {
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
    includeDirs: [foreignProtos],
  });
}

function foreignMethod(pkg: ForeignPackage, service: string, name: string): ForeignMethod {
  const method = pkg[service]?.[name];
  if (method === undefined) throw new Error(`no ${service}.${name} in the foreign protos`);
  return method;
}

const lightning: ForeignPackage = loadForeign('lightning.proto');
const router: ForeignPackage = loadForeign('router.proto');
const sendToRoute = foreignMethod(router, 'routerrpc.Router', 'SendToRouteV2');
const queryRoutes = foreignMethod(lightning, 'lnrpc.Lightning', 'QueryRoutes');
const listChannels = foreignMethod(lightning, 'lnrpc.Lightning', 'ListChannels');

/** Decoding a Buffer would yield Buffers, which no matcher takes for equal to a Uint8Array. */
const plain = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);

const bytesOf = (length: number, first: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (first + 37 * i) & 0xff);

/** Above 2^53, as every real one is; the last is the largest that fits. */
const IDS = ['17592186044416000001', '878494976917962753', '18446744073709551615'] as const;
const BIG_MSAT = 2n ** 53n + 1n;

const route: Route = Route.fromPartial({
  totalTimeLock: 880_161,
  totalFeesMsat: 15_302n,
  totalAmtMsat: BIG_MSAT + 15_302n,
  firstHopAmountMsat: BIG_MSAT,
  customChannelData: bytesOf(5, 1),
  hops: [
    Hop.fromPartial({
      chanId: IDS[0],
      expiry: 880_121,
      amtToForwardMsat: BIG_MSAT,
      feeMsat: 15_302n,
      pubKey: '02'.repeat(33),
      blindingPoint: bytesOf(33, 2),
      encryptedData: bytesOf(50, 3),
    }),
    Hop.fromPartial({
      chanId: IDS[2],
      expiry: 880_121,
      amtToForwardMsat: BIG_MSAT,
      pubKey: '03'.repeat(33),
      mppRecord: MPPRecord.fromPartial({ paymentAddr: bytesOf(32, 4), totalAmtMsat: BIG_MSAT }),
      ampRecord: AMPRecord.fromPartial({
        rootShare: bytesOf(32, 5),
        setId: bytesOf(32, 6),
        childIndex: 7,
      }),
      customRecords: new Map([[65_536n, bytesOf(9, 8)]]),
      metadata: bytesOf(4, 9),
      totalAmtMsat: BIG_MSAT,
    }),
  ],
});

const request: SendToRouteRequest = SendToRouteRequest.fromPartial({
  paymentHash: bytesOf(32, 10),
  route,
  skipTempErr: true,
});

describe('a route with an MPP record', () => {
  test('is read by others as we wrote it', () => {
    const bytes = Buffer.from(SendToRouteRequest.encode(request).finish());
    expect(sendToRoute.requestDeserialize(bytes)).toMatchObject({
      payment_hash: Buffer.from(bytesOf(32, 10)),
      skip_temp_err: true,
      route: {
        total_time_lock: 880_161,
        total_fees_msat: '15302',
        total_amt_msat: String(BIG_MSAT + 15_302n),
        first_hop_amount_msat: String(BIG_MSAT),
        custom_channel_data: Buffer.from(bytesOf(5, 1)),
        hops: [
          {
            chan_id: IDS[0],
            fee_msat: '15302',
            pub_key: '02'.repeat(33),
            blinding_point: Buffer.from(bytesOf(33, 2)),
            encrypted_data: Buffer.from(bytesOf(50, 3)),
            mpp_record: null,
          },
          {
            chan_id: IDS[2],
            expiry: 880_121,
            amt_to_forward_msat: String(BIG_MSAT),
            mpp_record: {
              payment_addr: Buffer.from(bytesOf(32, 4)),
              total_amt_msat: String(BIG_MSAT),
            },
            amp_record: {
              root_share: Buffer.from(bytesOf(32, 5)),
              set_id: Buffer.from(bytesOf(32, 6)),
              child_index: 7,
            },
            metadata: Buffer.from(bytesOf(4, 9)),
            total_amt_msat: String(BIG_MSAT),
          },
        ],
      },
    });
  });

  test('comes back unchanged after others have read and written it', () => {
    // protobufjs hashes 64 bit map keys into objects that it cannot write again: leave those out.
    const hops = route.hops.map((hop) => ({ ...hop, customRecords: new Map() }));
    const sent = { ...request, route: { ...route, hops } };
    const bytes = Buffer.from(SendToRouteRequest.encode(sent).finish());
    const again = sendToRoute.requestSerialize(sendToRoute.requestDeserialize(bytes) as object);
    expect(SendToRouteRequest.decode(plain(again))).toEqual(sent);
  });

  test('is read by us as others wrote it', () => {
    const bytes = sendToRoute.requestSerialize({
      payment_hash: bytesOf(32, 10),
      route: {
        total_time_lock: 880_161,
        hops: [
          {
            chan_id: IDS[1],
            pub_key: '02'.repeat(33),
            mpp_record: { payment_addr: bytesOf(32, 4), total_amt_msat: String(BIG_MSAT) },
            custom_records: { 65536: bytesOf(9, 8) },
          },
        ],
      },
    });
    const read = SendToRouteRequest.decode(bytes);
    const hop = read.route?.hops[0];
    expect([...read.paymentHash]).toEqual([...bytesOf(32, 10)]);
    expect(hop?.chanId).toBe(IDS[1]);
    expect(hop?.mppRecord?.totalAmtMsat).toBe(BIG_MSAT);
    expect([...(hop?.mppRecord?.paymentAddr ?? [])]).toEqual([...bytesOf(32, 4)]);
    expect([...(hop?.customRecords.get(65_536n) ?? [])]).toEqual([...bytesOf(9, 8)]);
  });
});

test('a failed attempt keeps its code, its position and its channel update', () => {
  const attempt = HTLCAttempt.fromPartial({
    attemptId: 2n ** 63n + 5n,
    status: HTLCAttempt_HTLCStatus.FAILED,
    failure: Failure.fromPartial({
      code: Failure_FailureCode.UNREADABLE_FAILURE,
      failureSourceIndex: 2,
      channelUpdate: ChannelUpdate.fromPartial({
        chanId: IDS[1],
        signature: bytesOf(64, 11),
        feeRate: 4_000_000_000,
        htlcMaximumMsat: BIG_MSAT,
      }),
    }),
  });
  const foreign = sendToRoute.responseDeserialize(
    Buffer.from(HTLCAttempt.encode(attempt).finish()),
  );
  expect(foreign).toMatchObject({
    attempt_id: String(2n ** 63n + 5n),
    status: 'FAILED',
    failure: {
      code: 'UNREADABLE_FAILURE',
      failure_source_index: 2,
      channel_update: {
        chan_id: IDS[1],
        signature: Buffer.from(bytesOf(64, 11)),
        fee_rate: 4_000_000_000,
        htlc_maximum_msat: String(BIG_MSAT),
      },
    },
  });
  expect(HTLCAttempt.decode(sendToRoute.responseSerialize(foreign as object)).failure?.code).toBe(
    Failure_FailureCode.UNREADABLE_FAILURE,
  );
});

describe('lists of channel ids', () => {
  const written = QueryRoutesRequest.fromPartial({
    amtMsat: 1n,
    outgoingChanIds: [...IDS],
  });

  test('are packed exactly as others pack them', () => {
    const bytes = Buffer.from(QueryRoutesRequest.encode(written).finish());
    expect(bytes).toEqual(
      queryRoutes.requestSerialize({ amt_msat: '1', outgoing_chan_ids: [...IDS] }),
    );
    expect(queryRoutes.requestDeserialize(bytes)).toMatchObject({ outgoing_chan_ids: [...IDS] });
    expect(QueryRoutesRequest.decode(bytes)).toEqual(written);
  });

  test('refuse what does not fit into 64 bits', () => {
    const tooLarge = QueryRoutesRequest.fromPartial({ outgoingChanIds: [String(2n ** 64n)] });
    expect(() => QueryRoutesRequest.encode(tooLarge)).toThrow(/too large/);
  });

  test('of a channel keep all aliases', () => {
    const response = ListChannelsResponse.fromPartial({
      channels: [
        Channel.fromPartial({ chanId: IDS[0], aliasScids: [...IDS], peerScidAlias: IDS[1] }),
      ],
    });
    const bytes = Buffer.from(ListChannelsResponse.encode(response).finish());
    const foreign = listChannels.responseDeserialize(bytes);
    expect(foreign).toMatchObject({
      channels: [{ chan_id: IDS[0], alias_scids: [...IDS], peer_scid_alias: IDS[1] }],
    });
    const again = listChannels.responseSerialize(foreign as object);
    expect(ListChannelsResponse.decode(plain(again))).toEqual(response);
  });
});
