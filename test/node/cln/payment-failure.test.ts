import { describe, expect, test } from 'vitest';
import { readChannelUpdate as readPolicy } from '../../../src/executor/channel-update.ts';
import { Failure_FailureCode as Code } from '../../../src/generated/messages/failure.ts';
import { readFailureMessage } from '../../../src/node/cln/failure-message.ts';
import { isImmediate, paymentFailure } from '../../../src/node/cln/payment-failure.ts';
import type { Json } from '../../../src/node/cln/transport/exact-json.ts';
import { parseChannelId } from '../../../src/units/ids.ts';
import { nodeIdOf } from '../../graph/make-graph.ts';
import { channelUpdate, inboundFeeTlv, u16, u32, u64, unhex } from './wire-messages.ts';

const SCID = BigInt(parseChannelId('812345x678x1'));

const rpcError = (code: number, data: Json, message = 'failed: X (reply from remote)') => ({
  kind: 'error' as const,
  code,
  message,
  data,
});

const withUpdate = (update: string): string => u16(update.length / 2) + update;

describe('what a node wrote', () => {
  test.each<[string, string, object]>([
    ['4001', '', { code: Code.INVALID_REALM }],
    ['2002', '', { code: Code.TEMPORARY_NODE_FAILURE }],
    ['6002', '', { code: Code.PERMANENT_NODE_FAILURE }],
    ['6003', '', { code: Code.REQUIRED_NODE_FEATURE_MISSING }],
    [
      'c004',
      '5a'.repeat(32),
      { code: Code.INVALID_ONION_VERSION, onionSha256: new Uint8Array(32).fill(0x5a) },
    ],
    ['c005', '5a'.repeat(32), { code: Code.INVALID_ONION_HMAC }],
    ['c006', '5a'.repeat(32), { code: Code.INVALID_ONION_KEY }],
    ['1007', u16(0), { code: Code.TEMPORARY_CHANNEL_FAILURE, channelUpdate: undefined }],
    ['4008', '', { code: Code.PERMANENT_CHANNEL_FAILURE }],
    ['4009', '', { code: Code.REQUIRED_CHANNEL_FEATURE_MISSING }],
    ['400a', '', { code: Code.UNKNOWN_NEXT_PEER }],
    ['100b', u64(5) + u16(0), { code: Code.AMOUNT_BELOW_MINIMUM, htlcMsat: 5n }],
    ['100c', u64(7) + u16(0), { code: Code.FEE_INSUFFICIENT, htlcMsat: 7n }],
    ['100d', u32(900_040) + u16(0), { code: Code.INCORRECT_CLTV_EXPIRY, cltvExpiry: 900_040 }],
    ['100e', u16(0), { code: Code.EXPIRY_TOO_SOON }],
    [
      '400f',
      u64(9) + u32(900_001),
      { code: Code.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS, htlcMsat: 9n, height: 900_001 },
    ],
    ['4010', '', { code: Code.INCORRECT_PAYMENT_AMOUNT }],
    ['0011', '', { code: Code.FINAL_EXPIRY_TOO_SOON }],
    ['0012', u32(3), { code: Code.FINAL_INCORRECT_CLTV_EXPIRY, cltvExpiry: 3 }],
    ['0013', u64(4), { code: Code.FINAL_INCORRECT_HTLC_AMOUNT, htlcMsat: 4n }],
    ['1014', u16(1) + u16(0), { code: Code.CHANNEL_DISABLED, flags: 1 }],
    ['0015', '', { code: Code.EXPIRY_TOO_FAR }],
    ['4016', '', { code: Code.INVALID_ONION_PAYLOAD }],
    ['0017', '', { code: Code.MPP_TIMEOUT }],
    ['c018', '5a'.repeat(32), { code: Code.INVALID_ONION_BLINDING }],
    ['7abc', 'ffff', { code: Code.UNKNOWN_FAILURE }],
  ])('%s', (code, rest, expected) => {
    expect(readFailureMessage(Number.parseInt(code, 16), unhex(code + rest))).toMatchObject(
      expected,
    );
  });

  test('the enclosed update, with its wire type before it or not, is what the executor reads', () => {
    const update = channelUpdate({
      scid: SCID,
      direction: 1,
      extra: inboundFeeTlv(-5, -70),
      ppm: 321,
    });
    for (const enclosed of [update, update.slice(4)]) {
      const failure = readFailureMessage(0x100c, unhex(`100c${u64(1)}${withUpdate(enclosed)}`));
      const { channelUpdate: read } = failure;
      expect(read?.chanId).toBe(String(SCID));
      expect(read?.signature).toEqual(new Uint8Array(64).fill(0xab));
      const [small, large] = [nodeIdOf(1), nodeIdOf(2)];
      const link = {
        channelId: parseChannelId('812345x678x1'),
        from: large,
        to: small,
        amountMsat: 1n,
      };
      const reading = readPolicy(read, { source: large, links: [link as never] });
      expect(reading).toMatchObject({
        kind: 'usable',
        update: {
          from: large,
          policy: { feeRatePpm: 321, inboundFeeBaseMsat: -5n, inboundFeeRatePpm: -70 },
        },
      });
    }
  });

  test('behind a length of 0, where Core Lightning puts it, it is read too, but nothing else', () => {
    const read = (rest: string) => readFailureMessage(0x1007, unhex(`1007${rest}`)).channelUpdate;
    const update = channelUpdate({ scid: SCID, ppm: 777 });
    expect(read(u16(0) + update)).toMatchObject({ chanId: String(SCID), feeRate: 777 });
    // Without its type it may be anything.
    expect(read(u16(0) + update.slice(4))).toBeUndefined();
    expect(read(`${u16(0)}0102abcd`)).toBeUndefined();
    // What lightningd v26.06.6 answered on a test network.
    const answered = read(
      '000001027f77d0b18989d2e6d40a6973bda123134ad5b0b0fa7d76a93aa669ceb4ede3fa2dc710d9630541624d89149847b17413e3977012849efbceef2846439756e2de06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f00023800000100006b025f49010000060000000000000000000004090000029100000000b1069a80',
    );
    expect(answered).toMatchObject({
      chanId: parseChannelId('568x1x0'),
      timeLockDelta: 6,
      baseFee: 1033,
      feeRate: 657,
      htlcMaximumMsat: 2_970_000_000n,
    });
  });

  test('cut short anywhere it is never more than a failure without an update', () => {
    const whole = `1007${withUpdate(channelUpdate({ scid: SCID }))}`;
    for (let bytes = 0; bytes < whole.length / 2; bytes++) {
      const failure = readFailureMessage(0x1007, unhex(whole.slice(0, 2 * bytes)));
      expect(failure).toMatchObject({
        code: Code.TEMPORARY_CHANNEL_FAILURE,
        channelUpdate: undefined,
      });
    }
  });
});

describe('errors of sendpay and waitsendpay', () => {
  const data = (fields: { [name: string]: Json }): Json => ({
    payment_hash: '00'.repeat(32),
    id: 5,
    erring_index: 2,
    failcode: 0x1007,
    raw_message: `1007${u16(0)}`,
    ...fields,
  });

  test.each([202, 203, 204])('%s with a code is that failure, at its index', (code) => {
    expect(paymentFailure(rpcError(code, data({})))).toMatchObject({
      code: Code.TEMPORARY_CHANNEL_FAILURE,
      failureSourceIndex: 2,
    });
  });

  test('202 without one could not be read by anybody, and of 209 the reason is lost', () => {
    expect(paymentFailure(rpcError(202, { onionreply: 'abcd' }))?.code).toBe(
      Code.UNREADABLE_FAILURE,
    );
    expect(paymentFailure(rpcError(209, null))?.code).toBe(Code.UNREADABLE_FAILURE);
  });

  test.each([200, 201, 205, 206, 207, 208, 210, -1, -32602])(
    '%s is no failure of an attempt',
    (code) => {
      expect(paymentFailure(rpcError(code, data({})))).toBeUndefined();
    },
  );

  test('without a message, as from ourselves, the code alone counts', () => {
    const own = data({ erring_index: 0, raw_message: null, failcode: 0x400a });
    expect(paymentFailure(rpcError(204, own))).toMatchObject({
      code: Code.UNKNOWN_NEXT_PEER,
      failureSourceIndex: 0,
    });
  });

  test('an onion that our own peer could not read was reported by us', () => {
    const broken = data({
      erring_index: 1,
      failcode: 0xc005,
      raw_message: `c005${'5a'.repeat(32)}`,
    });
    const local = rpcError(204, broken, 'failed: WIRE_INVALID_ONION_HMAC (local failure)');
    expect(paymentFailure(local)?.failureSourceIndex).toBe(0);
    const remote = rpcError(204, broken, 'failed: WIRE_INVALID_ONION_HMAC (reply from remote)');
    expect(paymentFailure(remote)?.failureSourceIndex).toBe(1);
  });

  test('an odd index is an error, not a guess', () => {
    expect(() => paymentFailure(rpcError(204, data({ erring_index: -1 })))).toThrow(/erring_index/);
  });

  test('a failure before there is an attempt tells of no payment', () => {
    const immediate = { erring_index: 0, failcode: 0x400a, erring_node: nodeIdOf(1) };
    expect(isImmediate(rpcError(204, immediate))).toBe(true);
    expect(isImmediate(rpcError(204, { ...immediate, payment_hash: '00', id: 1 }))).toBe(false);
    expect(isImmediate(rpcError(204, { ...immediate, erring_index: 1 }))).toBe(false);
    expect(isImmediate(rpcError(203, immediate))).toBe(false);
  });
});
