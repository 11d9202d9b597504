import { describe, expect, it } from 'vitest';
import { Failure_FailureCode as Code, type Failure } from '../../src/generated/messages/failure.ts';
import type { Route } from '../../src/generated/messages/route.ts';
import { bytesToHex } from '../../src/units/bytes.ts';
import {
  AMOUNT_MSAT,
  attemptOf,
  type Circle,
  circle,
  HEIGHT,
  invoiceOf,
  payAround,
  type policy,
  scid,
} from './circle.ts';

/** Amounts and expiries of the HTLCs that arrive at the forwarders up to the k-th get smaller. */
function shave(route: Route, k: number, by: { msat?: bigint; blocks?: number }): void {
  route.totalAmtMsat -= by.msat ?? 0n;
  route.totalTimeLock -= by.blocks ?? 0;
  for (const hop of route.hops.slice(0, k - 1)) {
    hop.amtToForwardMsat -= by.msat ?? 0n;
    hop.expiry -= by.blocks ?? 0;
  }
}

interface Fault {
  readonly name: string;
  readonly code: keyof typeof Code;
  readonly hasUpdate: boolean;
  /** Spoils the network or, later, the route, at the forwarder with this source index. */
  readonly network?: (world: Circle, k: 1 | 2 | 3) => void;
  readonly route?: (route: Route, k: number) => void;
}

const forwarder = (world: Circle, k: 1 | 2 | 3) => [world.bob, world.carol, world.dave][k - 1]!;

const enforce =
  (change: Parameters<typeof policy>[0]) =>
  (world: Circle, k: 1 | 2 | 3): void =>
    world.network.updatePolicy({
      channelId: world.channels[k],
      from: forwarder(world, k).nodeId,
      policy: change,
      announce: false,
    });

const FORWARDING_FAULTS: readonly Fault[] = [
  {
    name: 'fee 1 msat short',
    code: 'FEE_INSUFFICIENT',
    hasUpdate: true,
    route: (route, k) => shave(route, k, { msat: 1n }),
  },
  {
    name: 'delta 1 block short',
    code: 'INCORRECT_CLTV_EXPIRY',
    hasUpdate: true,
    route: (route, k) => shave(route, k, { blocks: 1 }),
  },
  {
    name: 'fee raised without announcement',
    code: 'FEE_INSUFFICIENT',
    hasUpdate: true,
    network: enforce({ feeBaseMsat: 5000n }),
  },
  {
    name: 'below the minimum',
    code: 'AMOUNT_BELOW_MINIMUM',
    hasUpdate: true,
    network: enforce({ minHtlcMsat: 200_000_000n }),
  },
  {
    name: 'above the maximum',
    code: 'TEMPORARY_CHANNEL_FAILURE',
    hasUpdate: true,
    network: enforce({ maxHtlcMsat: 50_000_000n }),
  },
  {
    name: 'outgoing expiry too soon',
    code: 'EXPIRY_TOO_SOON',
    hasUpdate: true,
    route: (route, k) => {
      for (const hop of route.hops.slice(k - 1)) hop.expiry = HEIGHT + 3;
    },
  },
  {
    name: 'outgoing expiry too far',
    code: 'EXPIRY_TOO_FAR',
    hasUpdate: false,
    route: (route, k) => {
      route.hops[k - 1]!.expiry = HEIGHT + 2017;
    },
  },
  {
    name: 'unknown next channel',
    code: 'UNKNOWN_NEXT_PEER',
    hasUpdate: false,
    route: (route, k) => {
      route.hops[k]!.chanId = scid('1x1x1');
    },
  },
  {
    name: 'channel of somebody else',
    code: 'UNKNOWN_NEXT_PEER',
    hasUpdate: false,
    route: (route, k) => {
      route.hops[k]!.chanId = route.hops[(k + 2) % 4]!.chanId;
    },
  },
  {
    name: 'link down',
    code: 'UNKNOWN_NEXT_PEER',
    hasUpdate: false,
    network: ({ network, channels }, k) => network.setLinkUp(channels[k], false),
  },
  {
    name: 'back over the incoming channel',
    code: 'TEMPORARY_CHANNEL_FAILURE',
    hasUpdate: false,
    route: (route, k) => {
      route.hops[k]!.chanId = route.hops[k - 1]!.chanId;
    },
  },
];

describe('a forwarder refuses', () => {
  const cases = FORWARDING_FAULTS.flatMap((fault) =>
    ([1, 2, 3] as const).map((k) => ({ ...fault, fault, k })),
  );

  it.each(cases)('$name, source $k: $code', async ({ fault, k }) => {
    const world = circle();
    fault.network?.(world, k);
    const change = (route: Route) => fault.route?.(route, k);
    const { failure } = await attemptOf(payAround(world, { change }));
    expect(failure).toMatchObject({ code: Code[fault.code], failureSourceIndex: k });
    expect(failure?.channelUpdate !== undefined).toBe(fault.hasUpdate);
    if (failure?.channelUpdate !== undefined) {
      expect(failure.channelUpdate.chanId).toBe(world.channels[k]);
    }
    expect(world.network.pendingHtlcs()).toEqual([]);
  });

  it.each([1, 2, 3] as const)('without balance, source %s', async (k) => {
    const channels = [{}, {}, {}, {}].map((_, i) => (i === k ? { balance1Msat: AMOUNT_MSAT } : {}));
    const { failure } = await attemptOf(payAround(circle({ channels })));
    expect(failure).toMatchObject({ code: Code.TEMPORARY_CHANNEL_FAILURE, failureSourceIndex: k });
    expect(failure?.channelUpdate).toBeDefined();
  });

  it.each([1, 2] as const)('when the next peer is offline, source %s', async (k) => {
    const world = circle();
    world.network.setOnline([world.carol, world.dave][k - 1]!.nodeId, false);
    const { failure } = await attemptOf(payAround(world));
    expect(failure).toMatchObject({ code: Code.UNKNOWN_NEXT_PEER, failureSourceIndex: k });
  });

  it('but forwards over a channel that it announced as disabled, as lnd does', async () => {
    const world = circle();
    const { network, carol, channels } = world;
    network.setDisabled({ channelId: channels[2], from: carol.nodeId, disabled: true });
    expect((await attemptOf(payAround(world))).state).toBe('settled');
  });

  it('names amount, expiry and its real policy, inbound fee included', async () => {
    const real = {
      inboundFeeBaseMsat: -7n,
      inboundFeeRatePpm: -300,
      timeLockDelta: 41,
      disabled: true,
    };
    const world = circle();
    enforce({ feeBaseMsat: 70_000n, ...real })(world, 2);
    const { failure } = await attemptOf(payAround(world));
    const update = (failure as Failure).channelUpdate!;
    expect(failure?.htlcMsat).toBeGreaterThan(AMOUNT_MSAT);
    expect(update).toMatchObject({ baseFee: 70_000, feeRate: 250, timeLockDelta: 41 });
    const direction = world.carol.nodeId < world.dave.nodeId ? 0 : 1;
    expect(update.channelFlags).toBe(2 | direction);
    expect(update).toMatchObject({ messageFlags: 1, htlcMaximumMsat: 900_000_000n });
    expect(bytesToHex(update.extraOpaqueData)).toBe('fdd90308fffffff9fffffed4');
    const { policy1, policy2 } = world.network.description().channels[2]!;
    const announced = world.carol.nodeId < world.dave.nodeId ? policy1 : policy2;
    expect(announced?.feeBaseMsat).toBe(500n);
  });

  it('charges the inbound fee of the channel that the HTLC came by', async () => {
    const world = circle();
    world.network.updatePolicy({
      channelId: world.channels[1],
      from: world.carol.nodeId,
      policy: { inboundFeeRatePpm: 400 },
      announce: false,
    });
    const { failure } = await attemptOf(payAround(world));
    expect(failure).toMatchObject({ code: Code.FEE_INSUFFICIENT, failureSourceIndex: 2 });
  });
});

describe('our own first link refuses', () => {
  const own = (change: Parameters<typeof policy>[0]) => (world: Circle) =>
    world.network.updatePolicy({
      channelId: world.channels[0],
      from: world.alice.nodeId,
      policy: change,
    });
  const cases: {
    name: string;
    code: keyof typeof Code;
    network?: (world: Circle) => void;
    route?: (route: Route) => void;
  }[] = [
    {
      name: 'an unknown channel',
      code: 'UNKNOWN_NEXT_PEER',
      route: (r) => void (r.hops[0]!.chanId = '5'),
    },
    {
      name: 'an offline peer',
      code: 'UNKNOWN_NEXT_PEER',
      network: (w) => w.network.setOnline(w.bob.nodeId, false),
    },
    {
      name: 'a link that is down',
      code: 'TEMPORARY_CHANNEL_FAILURE',
      network: (w) => w.network.setLinkUp(w.channels[0], false),
    },
    {
      name: 'more than its balance',
      code: 'TEMPORARY_CHANNEL_FAILURE',
      route: (r) => void (r.totalAmtMsat = 499_000_000n),
    },
    {
      name: 'more than its maximum',
      code: 'TEMPORARY_CHANNEL_FAILURE',
      network: own({ maxHtlcMsat: 50_000_000n }),
    },
    {
      name: 'less than its minimum',
      code: 'AMOUNT_BELOW_MINIMUM',
      network: own({ minHtlcMsat: 200_000_000n }),
    },
    {
      name: 'an expiry too soon',
      code: 'EXPIRY_TOO_SOON',
      route: (r) => void (r.totalTimeLock = HEIGHT + 3),
    },
    {
      name: 'an expiry too far',
      code: 'EXPIRY_TOO_FAR',
      route: (r) => void (r.totalTimeLock = HEIGHT + 2017),
    },
  ];

  it.each(cases)('$name: $code', async ({ code, network, route }) => {
    const world = circle();
    network?.(world);
    const { failure } = await attemptOf(payAround(world, { change: route ?? (() => {}) }));
    expect(failure).toMatchObject({ code: Code[code], failureSourceIndex: 0 });
    expect(world.network.balances(world.channels[0]).inFlightMsat).toBe(0n);
  });
});

describe('the last node refuses', () => {
  const last = (route: Route) => route.hops.at(-1)!;
  const DETAILS = 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS';

  it.each([
    [
      'less than the onion says',
      'FINAL_INCORRECT_HTLC_AMOUNT',
      { htlcMsat: AMOUNT_MSAT },
      (route: Route) => {
        last(route).amtToForwardMsat += 1n;
        last(route).mppRecord!.totalAmtMsat += 1n;
      },
    ],
    [
      'an earlier expiry than the onion says',
      'FINAL_INCORRECT_CLTV_EXPIRY',
      { cltvExpiry: HEIGHT + 43 },
      (route: Route) => {
        last(route).expiry += 1;
      },
    ],
    [
      'a foreign payment address',
      DETAILS,
      { height: HEIGHT },
      (route: Route) => {
        last(route).mppRecord!.paymentAddr = new Uint8Array(32);
      },
    ],
    [
      'no payment address',
      DETAILS,
      { height: HEIGHT },
      (route: Route) => {
        last(route).mppRecord = undefined;
      },
    ],
    [
      'an expiry below the delta of the invoice',
      DETAILS,
      { height: HEIGHT },
      (route: Route) => {
        for (const hop of route.hops.slice(-2)) hop.expiry = HEIGHT + 39;
      },
    ],
  ] as const)('%s: %s', async (_, code, fields, change) => {
    const world = circle();
    const { failure } = await attemptOf(payAround(world, { change }));
    expect(failure).toMatchObject({ code: Code[code], failureSourceIndex: 4, ...fields });
    expect(failure?.channelUpdate).toBeUndefined();
    expect(world.network.pendingHtlcs()).toEqual([]);
  });

  it('unknown, cancelled, settled and underpaid invoices', async () => {
    const world = circle();
    const codeOf = async (options: Parameters<typeof payAround>[1]) =>
      (await attemptOf(payAround(world, options))).failure?.code;
    const foreign = invoiceOf(world.bob);
    expect(await codeOf({ invoice: foreign })).toBe(Code[DETAILS]);
    const canceled = invoiceOf(world.alice);
    world.alice.cancelInvoice(canceled.paymentHash);
    expect(await codeOf({ invoice: canceled })).toBe(Code[DETAILS]);
    const large = invoiceOf(world.alice, { cltvDelta: 40, valueMsat: AMOUNT_MSAT + 1n });
    expect(await codeOf({ invoice: large })).toBe(Code[DETAILS]);
    const exact = invoiceOf(world.alice, { cltvDelta: 40, valueMsat: AMOUNT_MSAT });
    expect(await codeOf({ invoice: exact })).toBeUndefined();
  });
});

describe('a route whose key is not that of the peer', () => {
  it.each([0, 1, 2, 3])('is reported by the node before hop %s', async (at) => {
    const world = circle();
    const change = (route: Route) => {
      route.hops[at]!.pubKey = route.hops[(at + 1) % 4]!.pubKey;
    };
    const { failure } = await attemptOf(payAround(world, { change }));
    expect(failure).toMatchObject({ code: Code.INVALID_ONION_HMAC, failureSourceIndex: at });
  });
});

describe('a settled circle', () => {
  it('moves the amount and leaves each forwarder its fee', async () => {
    const world = circle();
    const { network, channels, alice, bob } = world;
    const before = channels.map((channelId) => network.balances(channelId));
    const attempt = await attemptOf(payAround(world));
    expect(attempt.state).toBe('settled');
    const { hops, totalAmtMsat } = attempt.route;
    const crossed = [totalAmtMsat, ...hops.slice(0, 3).map((hop) => hop.amtToForwardMsat)];
    channels.forEach((channelId, i) => {
      expect(network.balances(channelId)).toMatchObject({
        balance1Msat: before[i]!.balance1Msat - crossed[i]!,
        balance2Msat: before[i]!.balance2Msat + crossed[i]!,
        inFlightMsat: 0n,
      });
    });
    const paid = alice.listPayments()[0]!;
    expect(paid).toMatchObject({
      state: 'settled',
      valueMsat: AMOUNT_MSAT,
      feeMsat: totalAmtMsat - AMOUNT_MSAT,
    });
    expect(alice.lookupInvoice(paid.paymentHash)).toMatchObject({
      state: 'settled',
      amountPaidMsat: AMOUNT_MSAT,
      htlcs: [{ channelId: channels[3], amountMsat: AMOUNT_MSAT, state: 'settled' }],
    });
    expect(bob.forwardingHistory()).toMatchObject([
      { channelIn: channels[0], channelOut: channels[1], feeMsat: crossed[0]! - crossed[1]! },
    ]);
  });

  it('accepts fees and deltas above what is asked', async () => {
    const change = (route: Route) => shave(route, 3, { msat: -500n, blocks: -7 });
    expect((await attemptOf(payAround(circle(), { change }))).state).toBe('settled');
  });

  it('takes a hop without a key where the graph tells it', async () => {
    const change = (route: Route) => {
      for (const hop of route.hops) hop.pubKey = '';
    };
    expect((await attemptOf(payAround(circle(), { change }))).state).toBe('settled');
  });
});
