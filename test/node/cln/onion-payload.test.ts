import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Route } from '../../../src/generated/messages/route.ts';
import { onionHops } from '../../../src/node/cln/onion-payload.ts';
import { readPayload } from '../../../src/sim/cln/onion-payload.ts';
import { bytesToHex } from '../../../src/units/bytes.ts';
import { type ChannelId, parseChannelId } from '../../../src/units/ids.ts';
import { hopPayloadBytes } from '../../../src/units/onion-size.ts';
import { nodeIdOf } from '../../graph/make-graph.ts';
import { circle } from './circle.ts';
import { unhex } from './wire-messages.ts';

const payloadsOf = (route: Route): readonly string[] =>
  onionHops(route).map(({ payload }) => payload);

describe('what each node is told', () => {
  test('byte for byte: amount, expiry, next channel, and last the secret', () => {
    expect(onionHops(circle()).map(({ pubkey }) => pubkey)).toEqual(
      circle().hops.map(({ pubKey }) => pubKey),
    );
    expect(payloadsOf(circle())).toEqual([
      // 20 bytes: 1,001,000 msat, block 900,123, 102x1x0.
      '14' + '0203' + '0f4628' + '0403' + '0dbc1b' + '0608' + '0000660000010000',
      // 1,000,000 msat, block 900,043, 103x1x0.
      '14' + '0203' + '0f4240' + '0403' + '0dbbcb' + '0608' + '0000670000010000',
      // 47 bytes: the same, and the secret with 1,000,000 msat in all.
      `2f02030f424004030dbbcb0823${'07'.repeat(32)}0f4240`,
    ]);
  });

  test('custom records stand behind, by their types, however they were given', () => {
    const route = circle();
    const [first, , last] = route.hops;
    first!.customRecords = new Map([[65_536n, Uint8Array.of(1, 2)]]);
    last!.customRecords = new Map([
      [2n ** 64n - 1n, Uint8Array.of()],
      [2n ** 32n, Uint8Array.of(9)],
      [2n ** 32n - 1n, new Uint8Array(253).fill(0xaa)],
      // keysend's record.
      [5_482_373_484n, new Uint8Array(32).fill(5)],
      [65_537n, new Uint8Array(252).fill(0xbb)],
    ]);
    const [told, , toLast] = payloadsOf(route);
    expect(told).toBe(
      '1c' + '02030f4628' + '04030dbc1b' + '06080000660000010000' + 'fe00010000' + '020102',
    );
    expect(toLast).toBe(
      [
        // 47 bytes as before, and 258, 261, 11, 42 and 10.
        'fd0275',
        `02030f424004030dbbcb0823${'07'.repeat(32)}0f4240`,
        `fe00010001fc${'bb'.repeat(252)}`,
        `fefffffffffd00fd${'aa'.repeat(253)}`,
        `ff0000000100000000` + '0109',
        `ff0000000146c6616c20${'05'.repeat(32)}`,
        `ffffffffffffffffff` + '00',
      ].join(''),
    );
  });

  test('numbers have no zero bytes in front, and an amount of nothing has none at all', () => {
    const route = Route.fromPartial({
      hops: [{ chanId: '1', pubKey: nodeIdOf('a'), amtToForwardMsat: 0n, expiry: 256 }],
    });
    expect(payloadsOf(route)).toEqual(['06' + '0200' + '04020100']);
  });
});

const LAST = { isLast: true, isStrict: false };

const record = fc.tuple(
  fc.bigInt({ min: 65_536n, max: 2n ** 64n - 1n }),
  fc.uint8Array({ maxLength: 300 }),
);

const anyHop = fc.record({
  channel: fc.tuple(fc.nat(0xffffff), fc.nat(0xffffff), fc.nat(0xffff)),
  amountMsat: fc.oneof(fc.bigInt(0n, 300n), fc.bigInt(0n, 2n ** 64n - 1n)),
  expiry: fc.oneof(fc.nat(300), fc.nat(0xffffffff)),
  records: fc.array(record, { maxLength: 4 }),
});

const anyRoute = fc.record({
  hops: fc.array(anyHop, { minLength: 1, maxLength: 6 }),
  secret: fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }), { nil: undefined }),
});

describe('a reader that was written apart', () => {
  test('reads what was written, for any route, and takes as many bytes as were counted', () => {
    fc.assert(
      fc.property(anyRoute, ({ hops, secret }) => {
        const route = Route.fromPartial({
          hops: hops.map(({ channel, amountMsat, expiry, records }, i) => ({
            chanId: parseChannelId(channel.join('x')),
            pubKey: nodeIdOf(i + 1),
            amtToForwardMsat: amountMsat,
            expiry,
            customRecords: new Map(records),
            ...(i === hops.length - 1 &&
              secret !== undefined && {
                mppRecord: { paymentAddr: secret, totalAmtMsat: amountMsat },
              }),
          })),
        });
        for (const [i, { payload, pubkey }] of onionHops(route).entries()) {
          const hop = route.hops[i]!;
          const next = route.hops[i + 1];
          const isLast = next === undefined;
          expect(pubkey).toBe(hop.pubKey);
          const bytes = unhex(payload);
          expect(readPayload(bytes, { isLast, isStrict: false })).toEqual({
            amountMsat: hop.amtToForwardMsat,
            expiry: hop.expiry,
            nextChannelId: next?.chanId as ChannelId | undefined,
            mpp:
              isLast && secret !== undefined
                ? { paymentAddr: secret, totalMsat: hop.amtToForwardMsat }
                : null,
            customRecords: new Map([...hop.customRecords].sort(([a], [b]) => (a < b ? -1 : 1))),
          });
          const counted = hopPayloadBytes({
            amountToForwardMsat: hop.amtToForwardMsat,
            expiry: hop.expiry,
            hasNextChannel: !isLast,
            ...(isLast && secret !== undefined && { mppTotalMsat: hop.amtToForwardMsat }),
            customRecords: [...hop.customRecords].map(([type, value]) => ({
              type,
              valueBytes: value.length,
            })),
          });
          expect(bytes.length + 32).toBe(counted);
        }
      }),
      { seed: 8, numRuns: 2000 },
    );
  });

  test('refuses what is cut short anywhere, whatever is behind it', () => {
    const route = circle();
    route.hops[2]!.customRecords = new Map([[70_001n, new Uint8Array(9).fill(3)]]);
    const whole = payloadsOf(route)[2]!;
    expect(readPayload(unhex(whole), LAST)).toBeDefined();
    for (let bytes = 0; bytes < whole.length / 2; bytes++) {
      const cut = whole.slice(0, 2 * bytes);
      expect(readPayload(unhex(cut), LAST), cut).toBeUndefined();
      // And with a length that fits: every record before the cut is whole, or the stream is none.
      if (bytes > 1) {
        const shorter = bytesToHex(Uint8Array.of(bytes - 1)) + whole.slice(2, 2 * bytes);
        const read = readPayload(unhex(shorter), LAST);
        expect(read === undefined || read.customRecords.size === 0, shorter).toBe(true);
      }
    }
  });

  const framed = (records: string): Uint8Array =>
    unhex(bytesToHex(Uint8Array.of(records.length / 2)) + records);

  test('takes the least that there can be', () => {
    expect(readPayload(framed('020105' + '04020100'), LAST)).toMatchObject({ amountMsat: 5n });
  });

  test.each([
    ['no amount', '04020100'],
    ['no expiry', '020105'],
    ['a zero byte in front of a number', '02020005' + '04020100'],
    ['an amount of nine bytes', '0209010000000000000000' + '04020100'],
    ['records out of order', '04020100' + '020105'],
    ['a type twice', '020105' + '020105' + '04020100'],
    ['a type that is longer than it needs to be', 'fd00020105' + '04020100'],
    ['a length that is longer than it needs to be', '02fd000105' + '04020100'],
    ['payment data without a secret', '020105' + '04020100' + '080105'],
    ['an unknown even type of the protocol', '020105' + '04020100' + '1400'],
  ])('refuses %s', (_, records) => {
    expect(readPayload(framed(records), LAST)).toBeUndefined();
  });

  test('refuses to tell a node that passes on nothing of where to', () => {
    const records = framed('020105' + '04020100');
    expect(readPayload(records, { ...LAST, isLast: false })).toBeUndefined();
  });

  test('even types of a sender are for lnd, and not for Core Lightning', () => {
    for (const [type, strict] of [
      [65_536n, false],
      [65_537n, true],
    ] as const) {
      const route = circle();
      route.hops[2]!.customRecords = new Map([[type, Uint8Array.of(1)]]);
      const bytes = unhex(payloadsOf(route)[2]!);
      expect(readPayload(bytes, LAST)).toBeDefined();
      expect(readPayload(bytes, { ...LAST, isStrict: true }) !== undefined).toBe(strict);
    }
  });
});
