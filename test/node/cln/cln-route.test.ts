import { describe, expect, test } from 'vitest';
import { Route } from '../../../src/generated/messages/route.ts';
import { clnRoute } from '../../../src/node/cln/cln-route.ts';
import { onionHops } from '../../../src/node/cln/onion-payload.ts';
import { labelledRoute, routeLabel } from '../../../src/node/cln/route-label.ts';
import { parseChannelId } from '../../../src/units/ids.ts';
import { nodeIdOf } from '../../graph/make-graph.ts';
import { circle, SECRET } from './circle.ts';

describe('the mapping to sendpay', () => {
  test('BOLT 7, example of routing fees: what arrives at each hop, and the blocks left there', () => {
    // A -> B -> C -> A would be longer; the amounts and expiries are those of the worked example.
    const route = Route.fromPartial({
      totalAmtMsat: 5_010_198n,
      totalTimeLock: 900_000 + 20 + 18 + 42 + 1,
      hops: [
        {
          chanId: parseChannelId('1x2x3'),
          pubKey: nodeIdOf('b'),
          amtToForwardMsat: 4_999_999n,
          expiry: 900_000 + 18 + 42 + 1,
        },
        {
          chanId: parseChannelId('4x5x6'),
          pubKey: nodeIdOf('c'),
          amtToForwardMsat: 4_999_999n,
          expiry: 900_000 + 18 + 42 + 1,
          mppRecord: { totalAmtMsat: 4_999_999n, paymentAddr: SECRET },
        },
      ],
    });
    expect(clnRoute(route, 900_000)).toEqual({
      kind: 'route',
      hops: [
        { id: nodeIdOf('b'), channel: '1x2x3', amount_msat: 5_010_198n, delay: 80 },
        { id: nodeIdOf('c'), channel: '4x5x6', amount_msat: 4_999_999n, delay: 60 },
      ],
      paymentSecret: '07'.repeat(32),
    });
  });

  test('a circle ends at ourselves, and the last hop repeats what the one before is told', () => {
    const route = circle();
    const mapped = clnRoute(route, 900_000);
    if (mapped.kind !== 'route') throw new Error(mapped.reason);
    expect(mapped.hops.map(({ id }) => id)).toEqual(route.hops.map(({ pubKey }) => pubKey));
    expect(mapped.hops.map(({ amount_msat }) => amount_msat)).toEqual([
      route.totalAmtMsat,
      ...route.hops.slice(0, -1).map(({ amtToForwardMsat }) => amtToForwardMsat),
    ]);
    // What lightningd makes of it: the height, one more, and the delay.
    expect(mapped.hops.map(({ delay }) => 900_001 + delay)).toEqual([
      route.totalTimeLock,
      ...route.hops.slice(0, -1).map(({ expiry }) => expiry),
    ]);
  });

  const lastHop = circle().hops.at(-1)!;
  const withLast = (fields: object): Route => {
    const route = circle();
    return { ...route, hops: [...route.hops.slice(0, -1), { ...lastHop, ...fields }] };
  };
  test.each<[string, Route, RegExp]>([
    ['no hops: lightningd would pay itself without moving anything', Route.create(), /no hops/],
    ['no channel: lightningd would take any', withLast({ chanId: '0' }), /no channel id/],
    ['no node', withLast({ pubKey: '' }), /no node id/],
    [
      "a record of the protocol's own types",
      withLast({ customRecords: new Map([[65_535n, SECRET]]) }),
      /65535 is no type of a custom record/,
    ],
    [
      'a type that no record can have',
      withLast({ customRecords: new Map([[2n ** 64n, SECRET]]) }),
      /no type of a custom record/,
    ],
    [
      'a payment address that sendpay would refuse, and an onion would carry',
      withLast({ mppRecord: { paymentAddr: new Uint8Array(31), totalAmtMsat: 1_000_000n } }),
      /payment address has not 32 bytes/,
    ],
    ['AMP', withLast({ ampRecord: { rootShare: SECRET, setId: SECRET, childIndex: 0 } }), /AMP/],
    ['metadata', withLast({ metadata: SECRET }), /metadata/],
    ['blinding', withLast({ blindingPoint: SECRET }), /blinded/],
    ['an amount that does not arrive', withLast({ amtToForwardMsat: 1n }), /another amount/],
    ['an expiry that does not arrive', withLast({ expiry: 1 }), /another amount or expiry/],
    [
      'a part of a payment',
      withLast({ mppRecord: { totalAmtMsat: 2_000_000n, paymentAddr: SECRET } }),
      /part of a larger/,
    ],
  ])('is refused for %s', (_, route, reason) => {
    expect(clnRoute(route, 900_000)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason),
    });
  });

  test('custom records change nothing but the way: an onion that we make', () => {
    const plain = clnRoute(circle(), 900_000);
    if (plain.kind !== 'route') throw new Error(plain.reason);
    expect(plain.onion).toBeUndefined();
    const records = new Map([[65_536n, SECRET]]);
    const middle = circle();
    middle.hops[1]!.customRecords = records;
    for (const route of [withLast({ customRecords: records }), middle]) {
      const mapped = clnRoute(route, 900_000);
      if (mapped.kind !== 'route') throw new Error(mapped.reason);
      expect(mapped).toEqual({ ...plain, onion: onionHops(route) });
    }
  });

  test('is refused once the time is over', () => {
    const { expiry } = lastHop;
    expect(clnRoute(circle(), expiry - 2).kind).toBe('route');
    expect(clnRoute(circle(), expiry - 1)).toMatchObject({ reason: /expires at block/ });
  });
});

describe('labels', () => {
  test('keep what an attempt is known by', () => {
    const route = circle();
    const read = labelledRoute(routeLabel(route));
    expect(read.totalAmtMsat).toBe(route.totalAmtMsat);
    expect(read.totalTimeLock).toBe(route.totalTimeLock);
    const known = ({ chanId, amtToForwardMsat, expiry }: (typeof route.hops)[number]) => ({
      chanId,
      amtToForwardMsat,
      expiry,
    });
    expect(read.hops.map(known)).toEqual(route.hops.map(known));
  });

  test.each([
    undefined,
    '',
    'lunch',
    'ballast/1',
    'ballast/1 5@x 1x2x3:4@5',
    'ballast/1 5@6 1x2x3:4',
    'ballast/1 5@6 nonsense:4@5',
    'ballast/1 5@6 1x2x3:4@5@6',
    'ballast/2 5@6 1x2x3:4@5',
  ])('of others tell no route: %s', (label) => {
    expect(labelledRoute(label)).toEqual(Route.create());
  });
});
