/** Routes with custom records against a simulated lightningd that was written apart from the client, over both wires. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Rebalancer } from '../../../src/engine/index.ts';
import { Failure_FailureCode as Code } from '../../../src/generated/messages/failure.ts';
import type { Route } from '../../../src/generated/messages/route.ts';
import { CLN_METHODS, connectCln } from '../../../src/node/cln/index.ts';
import type { LightningNode, SendOutcome, TrackUpdate } from '../../../src/ports.ts';
import { type ServedLightningd, serveCln } from '../../../src/sim/cln/serve-cln.ts';
import { systemClock } from '../../../src/sim/clock.ts';
import { memoryStore } from '../../../src/store/index.ts';
import type { PaymentHash } from '../../../src/units/ids.ts';
import { AMOUNT_MSAT, type Circle, circle, routeAlong } from '../../sim/circle.ts';

const RECORDS: ReadonlyMap<bigint, Uint8Array> = new Map([
  [2n ** 63n + 1n, Uint8Array.of()],
  [70_001n, Uint8Array.of(1, 2, 3)],
]);
const TERMS = { memo: 'test', valueMsat: 0n, cltvDelta: 40, expirySeconds: 600 };

let world: Circle;
let served: ServedLightningd;
let node: LightningNode;
let fill = 0;

beforeEach(async () => {
  world = circle({ clock: systemClock });
  served = await serveCln(world.network, world.alice.nodeId);
});
afterEach(async () => {
  await node.close();
  await served.close();
});

const overSocket = () => connectCln({ socket: served.socketPath });
const overRest = (rune = served.rune) =>
  connectCln({
    ...{ restUrl: served.restUrl, rune },
    ...{ tlsCa: served.tlsCertPem, serverName: 'localhost' },
  });

/** @param places hops that are told the records, counted from 0 */
async function payment(places: readonly number[]) {
  const preimage = new Uint8Array(32).fill(++fill);
  const { paymentHash, paymentAddr } = await node.addInvoice({ ...TERMS, preimage });
  const { network, alice, channels } = world;
  const terms = { network, from: alice.nodeId, channels, amountMsat: AMOUNT_MSAT, paymentAddr };
  const route = routeAlong(terms);
  for (const i of places) route.hops[i]!.customRecords = new Map(RECORDS);
  return { preimage, paymentHash, route };
}

const arrived = (paymentHash: PaymentHash) => world.alice.lookupInvoice(paymentHash)!.htlcs;

async function updates(paymentHash: PaymentHash): Promise<readonly TrackUpdate[]> {
  const seen: TrackUpdate[] = [];
  const { signal } = new AbortController();
  for await (const update of node.trackPayment(paymentHash, { signal })) seen.push(update);
  return seen;
}

interface Trouble {
  readonly name: string;
  /** Once, before anything is sent. */
  readonly before?: () => void;
  readonly change?: (route: Route) => void;
  readonly code: Code;
  readonly index: number;
}

/** What fails, at each place of alice > bob > carol > dave > alice. */
const TROUBLES: readonly Trouble[] = [
  {
    name: 'our own channel lacks the balance',
    change: (route) => {
      route.totalAmtMsat = 1_000_000_000n;
    },
    code: Code.TEMPORARY_CHANNEL_FAILURE,
    index: 0,
  },
  {
    name: 'our peer is another than the onion is for',
    change: ({ hops }) => {
      // Its channel is ours, but the key is not its owner's: nobody is there to be sent to.
      hops[0]!.pubKey = hops[1]!.pubKey;
    },
    code: Code.UNKNOWN_NEXT_PEER,
    index: 0,
  },
  {
    name: 'a fee that is too low, at the first peer',
    before: () => {
      const { network, bob, channels } = world;
      const policy = { feeBaseMsat: 9000n };
      network.updatePolicy({ channelId: channels[1], from: bob.nodeId, policy, announce: false });
    },
    code: Code.FEE_INSUFFICIENT,
    index: 1,
  },
  {
    name: 'a node in the middle is away',
    before: () => world.network.setOnline(world.dave.nodeId, false),
    code: Code.UNKNOWN_NEXT_PEER,
    index: 2,
  },
  {
    name: 'a node that is not the one the onion is for, which its peer reports',
    change: ({ hops }) => {
      hops[2]!.pubKey = hops[1]!.pubKey;
    },
    code: Code.INVALID_ONION_HMAC,
    index: 2,
  },
  {
    name: 'an expiry that is too low, at the last peer',
    before: () => {
      const { network, dave, channels } = world;
      const policy = { timeLockDelta: 400 };
      network.updatePolicy({ channelId: channels[3], from: dave.nodeId, policy, announce: false });
    },
    code: Code.INCORRECT_CLTV_EXPIRY,
    index: 3,
  },
  {
    name: 'a secret that we ourselves do not know',
    change: ({ hops }) => {
      hops[3]!.mppRecord!.paymentAddr = new Uint8Array(32).fill(0xee);
    },
    code: Code.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS,
    index: 4,
  },
];

describe.each([
  ['the socket', overSocket],
  ['clnrest', () => overRest()],
])('over %s', (_wire, connect) => {
  beforeEach(async () => {
    node = await connect();
  });

  it.each([
    ['the last node', [3]],
    ['nodes on the way', [0, 2]],
    ['all of them', [0, 1, 2, 3]],
  ])('records for %s arrive, and nothing else is different', async (_, places) => {
    const before = world.alice.listChannels()[1]!.spendableMsat;
    const { preimage, paymentHash, route } = await payment(places);
    const sent = await node.sendToRoute({ paymentHash, route });
    expect(sent).toMatchObject({ kind: 'settled', preimage });
    expect(world.alice.listChannels()[1]!.spendableMsat - before).toBe(AMOUNT_MSAT);
    const [htlc, ...more] = arrived(paymentHash);
    expect(more).toEqual([]);
    const expected = new Map(RECORDS);
    expect(htlc!.customRecords).toEqual(places.includes(3) ? expected : new Map());
    expect(htlc!.mppTotalMsat).toBe(AMOUNT_MSAT);
    const [payed] = served.daemon.served.pays.list(paymentHash);
    expect(payed).toMatchObject({
      destination: world.alice.nodeId,
      amountMsat: AMOUNT_MSAT,
      sentMsat: route.totalAmtMsat,
    });
  });

  it.each(TROUBLES)('$name: the same failure as of sendpay', async (trouble) => {
    const { before = () => {}, change = () => {}, code, index } = trouble;
    const outcomes: SendOutcome[] = [];
    const payments = [await payment([]), await payment([3])];
    before();
    for (const { paymentHash, route } of payments) {
      change(route);
      outcomes.push(await node.sendToRoute({ paymentHash, route }));
    }
    const [plain, withRecords] = outcomes.map((outcome) => {
      if (outcome.kind !== 'failed') throw new Error(`${outcome.kind}`);
      return outcome.failure;
    });
    expect(withRecords).toMatchObject({ code, failureSourceIndex: index });
    expect(withRecords).toEqual(plain);
    expect(world.network.pendingHtlcs()).toEqual([]);
  });

  it('a process that comes later finds it under way, knows its route, and learns how it failed', async () => {
    const { network, carol } = world;
    network.holdHtlcsAt(carol.nodeId);
    const { paymentHash, route } = await payment([3]);
    void node.sendToRoute({ paymentHash, route });
    await expect.poll(() => served.daemon.served.pays.list(paymentHash)).toHaveLength(1);
    await node.close();
    node = await connect();
    const [found] = await node.unfinishedPayments({ sinceMs: 0 });
    expect(found).toMatchObject({ paymentHash, state: 'in_flight', valueMsat: AMOUNT_MSAT });
    expect(found!.attempts[0]!.route.hops.map(({ chanId }) => chanId)).toEqual(world.channels);
    const following = updates(paymentHash);
    await expect.poll(() => network.pendingHtlcs().length).toBeGreaterThan(0);
    // It has to be waiting by then: afterwards lightningd does not know.
    await new Promise((resolve) => setTimeout(resolve, 300));
    network.releaseHtlcs(carol.nodeId, 'fail');
    expect((await following).at(-1)).toMatchObject({
      payment: {
        state: 'failed',
        attempts: [{ failure: { code: Code.TEMPORARY_CHANNEL_FAILURE, failureSourceIndex: 2 } }],
      },
    });
    // Who asks only now learns that it failed, and no more.
    expect((await updates(paymentHash)).at(-1)).toMatchObject({
      payment: { state: 'failed', attempts: [{ failure: { code: Code.UNREADABLE_FAILURE } }] },
    });
    await node.deleteFailedPayment(paymentHash);
    expect(await node.unfinishedPayments({ sinceMs: 0 })).toEqual([]);
  });

  it('a process that comes later finds it settled', async () => {
    const { network, carol } = world;
    network.holdHtlcsAt(carol.nodeId);
    const { preimage, paymentHash, route } = await payment([3]);
    void node.sendToRoute({ paymentHash, route });
    await expect.poll(() => served.daemon.served.pays.list(paymentHash)).toHaveLength(1);
    await node.close();
    network.releaseHtlcs(carol.nodeId);
    node = await connect();
    expect((await updates(paymentHash)).at(-1)).toMatchObject({
      payment: { state: 'settled', attempts: [{ preimage }] },
    });
  });

  it('records that do not fit are not sent', async () => {
    const { paymentHash, route } = await payment([]);
    route.hops[3]!.customRecords = new Map([[70_001n, new Uint8Array(1300)]]);
    expect(await node.sendToRoute({ paymentHash, route })).toMatchObject({
      kind: 'not_sent',
      reason: expect.stringContaining('Payloads exceed maximum onion packet size'),
    });
    expect(served.daemon.served.pays.list(paymentHash)).toEqual([]);
  });

  it('even types Core Lightning itself refuses, at the end of the circle', async () => {
    const { paymentHash, route } = await payment([]);
    route.hops[3]!.customRecords = new Map([[70_000n, Uint8Array.of(1)]]);
    expect(await node.sendToRoute({ paymentHash, route })).toMatchObject({
      kind: 'failed',
      failure: { code: Code.INVALID_ONION_PAYLOAD, failureSourceIndex: 4 },
    });
  });

  it('a rebalance whose routes somebody adds records to settles as any other', async () => {
    const store = memoryStore();
    const adding: LightningNode = {
      ...node,
      sendToRoute: (request) => {
        request.route.hops.at(-1)!.customRecords = new Map(RECORDS);
        return node.sendToRoute(request);
      },
    };
    const [from, , , to] = world.channels;
    const request = { from, to, amountMsat: AMOUNT_MSAT, maxFeePpm: 5000 };
    const report = await new Rebalancer({ node: adding, store }).rebalance(request).result;
    expect(report.outcome).toMatchObject({ kind: 'settled' });
    expect(world.network.pendingHtlcs()).toEqual([]);
    await store.close();
  });
});

describe('a rune', () => {
  it.each([['createonion'], ['sendonion']])(
    'that lacks %s is told so, and nothing is sent',
    async (method) => {
      const methods = Object.keys(CLN_METHODS).filter((other) => other !== method);
      node = await overRest(served.makeRune(methods));
      const { paymentHash, route } = await payment([3]);
      expect(await node.sendToRoute({ paymentHash, route })).toMatchObject({
        kind: 'not_sent',
        reason: expect.stringContaining(`the rune does not allow ${method}`),
      });
      const plain = await payment([]);
      expect(await node.sendToRoute(plain)).toMatchObject({ kind: 'settled' });
    },
  );
});
