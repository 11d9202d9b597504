/** Forwards that wait, over real gRPC, with the thread that answers for them. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { parseLndAddress } from '../../../src/node/lnd/address.ts';
import { connectLnd, NodeError } from '../../../src/node/lnd/index.ts';
import {
  type InterceptTuning,
  interceptForwards,
} from '../../../src/node/lnd/intercept-forwards.ts';
import type {
  ForwardInterception,
  HoldTerms,
  InterceptionNews,
  StandingOrders,
} from '../../../src/ports.ts';
import { type ServedLnd, type ServeLndOptions, serveLnd } from '../../../src/sim/lnd/serve-lnd.ts';
import { type ChannelId, parseChannelId, parseNodeId } from '../../../src/units/ids.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';
import { attemptOf, type Circle, circle, HEIGHT, payAround } from '../../sim/circle.ts';
import type { ClaimOrder, ClaimWord } from './claiming-process.ts';
import { CRASH_ID, HANG_ID, STALL_ID } from './hanging-worker.ts';
import type { PaymentsMade, PayOrder, Serving } from './serving-process.ts';

const TERMS: HoldTerms = { holdMs: 1500, claimMs: 300, cltvMarginBlocks: 6, mostHeld: 5 };
/** Of the thread's own clock, and of a machine that is busy with other things. */
const SLACK_MS = 1000;

let world: Circle;
let served: ServedLnd;

async function serveBob(options: ServeLndOptions = {}): Promise<void> {
  world = circle();
  served = await serveLnd(world.network, world.bob.nodeId, options);
}

beforeEach(() => serveBob());
afterEach(() => served.close());

/** Reads in the background, and keeps what it has read. */
class Reader {
  readonly interception: ForwardInterception;
  readonly news: InterceptionNews[] = [];
  readonly ended: Promise<unknown>;

  constructor(interception: ForwardInterception) {
    this.interception = interception;
    this.ended = this.#read().then(
      () => 'ended',
      (error: unknown) => error,
    );
  }

  async #read(): Promise<void> {
    for await (const news of this.interception) this.news.push(news);
  }

  of<K extends InterceptionNews['kind']>(kind: K): Extract<InterceptionNews, { kind: K }>[] {
    return this.news.filter(
      (news): news is Extract<InterceptionNews, { kind: K }> => news.kind === kind,
    );
  }

  async next<K extends InterceptionNews['kind']>(
    kind: K,
    count = 1,
  ): Promise<Extract<InterceptionNews, { kind: K }>> {
    await until(() => this.of(kind).length >= count);
    return this.of(kind)[count - 1]!;
  }
}

/** The test's own timeout is the limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const ORDERS = (): StandingOrders => ({
  watched: [{ peer: world.carol.nodeId, channelIds: [world.channels[1]], fromMsat: 100_000n }],
  blockHeight: HEIGHT,
  validMs: 60_000,
});

/** Connected, and with orders. */
async function reader(tuning: Partial<InterceptTuning> = {}, terms = TERMS): Promise<Reader> {
  const stop = new AbortController();
  const read = new Reader(
    interceptForwards({
      channel: {
        address: parseLndAddress(served.address),
        tlsCert: served.tlsCertPem,
        macaroon: served.macaroonHex,
        serverName: undefined,
        connectDeadlineMs: 15_000,
      },
      options: { terms, signal: stop.signal },
      closed: new AbortController().signal,
      tuning: { retryMs: 50, ...tuning },
    }),
  );
  onTestFinished(async () => {
    stop.abort();
    await read.ended;
  });
  read.interception.order(ORDERS());
  await read.next('connected');
  return read;
}

const pay = (amountMsat = 500_000n) => attemptOf(payAround(world, { amountMsat }));

describe('the thread', () => {
  test('lets go at once what there are no orders about', async () => {
    const { interception, news } = await reader();
    expect((await pay(50_000n)).state).toBe('settled');
    interception.order({ ...ORDERS(), watched: [] });
    expect((await pay()).state).toBe('settled');
    expect(news.some(({ kind }) => kind === 'offered')).toBe(false);
  });

  test('asks, keeps what is claimed, and lets it go when told to', async () => {
    const read = await reader();
    const payment = pay();
    const { forward } = await read.next('offered');
    expect(forward).toMatchObject({
      outChannelId: world.channels[1],
      outPeer: null,
      amountOutMsat: expect.any(BigInt),
      circuit: { channelId: world.channels[0] },
    });
    expect(forward.expiryInHeight - forward.expiryOutHeight).toBe(40);
    read.interception.claim(forward.circuit);
    await new Promise((resolve) => setTimeout(resolve, TERMS.claimMs + 200));
    expect(world.bob.channel(world.channels[0])!.pendingHtlcs).toHaveLength(1);
    read.interception.resume(forward.circuit);
    expect((await payment).state).toBe('settled');
    const released = await read.next('released');
    expect(released).toMatchObject({ cause: 'resumed', circuit: forward.circuit });
    expect(released.heldMs).toBeGreaterThan(TERMS.claimMs);
  });

  test('lets go by itself what nobody claims, and what is claimed too long', async () => {
    const read = await reader();
    expect((await pay()).state).toBe('settled');
    const unclaimed = await read.next('released');
    expect(unclaimed.cause).toBe('unclaimed');
    expect(unclaimed.heldMs).toBeLessThan(TERMS.claimMs + SLACK_MS);
    const payment = pay();
    read.interception.claim((await read.next('offered', 2)).forward.circuit);
    expect((await payment).state).toBe('settled');
    const late = await read.next('released', 2);
    expect(late.cause).toBe('hold_deadline');
    expect(late.heldMs).toBeLessThan(TERMS.holdMs + SLACK_MS);
  });

  test('connects anew after a cut, and answers what is offered again', async () => {
    await served.close();
    await serveBob({ requireInterceptor: true });
    const read = await reader();
    const payment = pay();
    read.interception.claim((await read.next('offered')).forward.circuit);
    expect(served.cutStreams('/routerrpc.Router/HtlcInterceptor')).toBe(1);
    expect((await read.next('released')).cause).toBe('disconnected');
    expect((await read.next('disconnected')).retryInMs).toBeLessThanOrEqual(100);
    // Nobody is asked again about a forward that may have been paid for already.
    expect((await payment).state).toBe('settled');
    expect(read.of('offered')).toHaveLength(1);
    await until(() => read.of('passed').some(({ forwards }) => forwards.repeated === 1));
  });

  test('answers what a restarted link hands over once more', async () => {
    const read = await reader();
    world.network.holdHtlcsAt(world.carol.nodeId);
    const payment = pay();
    read.interception.resume((await read.next('offered')).forward.circuit);
    await until(() => world.bob.channel(world.channels[1])!.pendingHtlcs.length === 1);
    world.network.setLinkUp(world.channels[0], false);
    world.network.setLinkUp(world.channels[0], true);
    await until(() => read.of('passed').some(({ forwards }) => forwards.repeated === 1));
    world.network.releaseHtlcs(world.carol.nodeId);
    expect((await payment).state).toBe('settled');
    expect(read.of('disconnected')).toEqual([]);
  });

  test.each(['0.20.1-beta', '0.21.1-beta'])(
    'leaves alone what %s offers from the chain',
    async (version) => {
      served.report({ version });
      const read = await reader();
      world.network.holdHtlcsAt(world.carol.nodeId);
      const payment = pay();
      const { circuit } = (await read.next('offered')).forward;
      read.interception.resume(circuit);
      await read.next('released');
      await until(() => world.bob.channel(world.channels[1])!.pendingHtlcs.length === 1);
      const key = { channelId: circuit.channelId, index: circuit.htlcId };
      world.network.offerOnChain(world.bob.nodeId, key);
      await until(() => read.of('passed').some(({ forwards }) => forwards.onChain === 1));
      world.network.releaseHtlcs(world.carol.nodeId);
      expect((await payment).state).toBe('settled');
      // The stream has lived through it: an answer would have ended it.
      read.interception.resume(circuit);
      expect((await pay()).state).toBe('settled');
      expect(read.of('disconnected')).toEqual([]);
    },
  );

  test('lets go of what it holds when that goes on chain, without a word', async () => {
    served.report({ version: '0.21.1-beta' });
    const read = await reader();
    void pay();
    const { circuit } = (await read.next('offered')).forward;
    read.interception.claim(circuit);
    const key = { channelId: circuit.channelId, index: circuit.htlcId };
    world.network.offerOnChain(world.bob.nodeId, key);
    expect((await read.next('released')).cause).toBe('on_chain');
    read.interception.resume(circuit);
    await new Promise((resolve) => setTimeout(resolve, TERMS.holdMs + 200));
    expect(read.of('disconnected')).toEqual([]);
  });

  test('says so when another program intercepts, and takes over once that is gone', async () => {
    const other = world.bob.interceptForwards({ offer: () => true });
    if (other.kind === 'error') throw new Error(other.message);
    const stop = new AbortController();
    const node = await connectLnd({
      address: served.address,
      tlsCert: served.tlsCertPem,
      macaroon: served.macaroonHex,
    });
    onTestFinished(() => node.close());
    const read = new Reader(node.interceptForwards!({ terms: TERMS, signal: stop.signal }));
    expect((await read.next('disconnected')).reason).toMatch(
      /another program intercepts the forwards of this lnd already/,
    );
    other.connection.disconnect();
    await read.next('connected');
    stop.abort();
    expect(await read.ended).toBe('ended');
  });

  test('ends with its node', async () => {
    const node = await connectLnd({
      address: served.address,
      tlsCert: served.tlsCertPem,
      macaroon: served.macaroonHex,
    });
    const { signal } = new AbortController();
    const read = new Reader(node.interceptForwards!({ terms: TERMS, signal }));
    await read.next('connected');
    await node.close();
    const error = await read.ended;
    expect(error).toBeInstanceOf(NodeError);
    expect(error).toMatchObject({ code: 'closed' });
  });

  test('lets go of everything when it is stopped', async () => {
    await served.close();
    await serveBob({ requireInterceptor: true });
    const stop = new AbortController();
    const node = await connectLnd({
      address: served.address,
      tlsCert: served.tlsCertPem,
      macaroon: served.macaroonHex,
    });
    onTestFinished(() => node.close());
    const read = new Reader(node.interceptForwards!({ terms: TERMS, signal: stop.signal }));
    read.interception.order(ORDERS());
    await read.next('connected');
    const payment = pay();
    read.interception.claim((await read.next('offered')).forward.circuit);
    stop.abort();
    // A node that waits for its interceptor would keep what was not answered.
    expect((await payment).state).toBe('settled');
  });

  test('keeps no more than it may, and closer to the chain nothing', async () => {
    const read = await reader({}, { ...TERMS, mostHeld: 1 });
    const first = pay();
    read.interception.claim((await read.next('offered')).forward.circuit);
    expect((await pay()).state).toBe('settled');
    await until(() => read.of('passed').some(({ forwards }) => forwards.full === 1));
    // The offer's height at which it fails is now near.
    const { autoFailHeight } = read.of('offered')[0]!.forward;
    read.interception.order({ ...ORDERS(), blockHeight: autoFailHeight - 5 });
    expect((await read.next('released')).cause).toBe('cltv');
    expect((await first).state).toBe('settled');
    expect((await pay()).state).toBe('settled');
    await until(() => read.of('passed').some(({ forwards }) => forwards.late === 1));
  });
});

describe('a thread that stands still', () => {
  const worker = new URL('./hanging-worker.ts', import.meta.url);
  const circuitOf = (htlcId: bigint) => ({ channelId: parseChannelId('1x1x1'), htlcId });

  test('for a while lets go of everything and connects anew', async () => {
    const read = await reader({ worker, hangMs: 10_000 });
    const payment = pay();
    read.interception.claim((await read.next('offered')).forward.circuit);
    read.interception.claim(circuitOf(STALL_ID));
    expect((await read.next('disconnected')).reason).toMatch(/stood still for \d+ ms/);
    expect((await payment).state).toBe('settled');
    await read.next('connected', 2);
    const next = pay();
    read.interception.resume((await read.next('offered', 2)).forward.circuit);
    expect((await next).state).toBe('settled');
  });

  test('for good is replaced, and forwards wait no longer than that takes', async () => {
    const read = await reader({ worker, hangMs: 1000 });
    const payment = pay();
    read.interception.claim((await read.next('offered')).forward.circuit);
    read.interception.claim(circuitOf(HANG_ID));
    expect((await payment).state).toBe('settled');
    const causes = read.of('released').map(({ cause }) => cause);
    expect(causes.every((cause) => cause === 'disconnected')).toBe(true);
    expect((await read.next('disconnected')).reason).toMatch(
      /did not run for 1000 ms and was replaced/,
    );
    await read.next('connected', 2);
    const next = pay();
    read.interception.resume((await read.next('offered', 2)).forward.circuit);
    expect((await next).state).toBe('settled');
  });
});

test('a thread that breaks off is replaced', async () => {
  const worker = new URL('./hanging-worker.ts', import.meta.url);
  const read = await reader({ worker });
  const payment = pay();
  read.interception.claim((await read.next('offered')).forward.circuit);
  const circuit = { channelId: parseChannelId('1x1x1'), htlcId: CRASH_ID };
  read.interception.claim(circuit);
  expect((await payment).state).toBe('settled');
  expect((await read.next('disconnected')).reason).toMatch(/broke off: a fault of ours/);
  await read.next('connected', 2);
  // Its orders are the old one's.
  const next = pay();
  read.interception.resume((await read.next('offered', 2)).forward.circuit);
  expect((await next).state).toBe('settled');
});

test('streams that are cut and links that restart, at random, lose and repeat nothing', async () => {
  const random = new SeededRandom(testSeed(31));
  const read = await reader({ mostRetryMs: 100 }, { ...TERMS, holdMs: 400, claimMs: 200 });
  const restart = (channelId: ChannelId): void => {
    world.network.setLinkUp(channelId, false);
    world.network.setLinkUp(channelId, true);
  };
  const payments = [];
  let answered = 0;
  let cuts = 0;
  for (let i = 0; i < 150; i++) {
    payments.push(pay());
    await new Promise((resolve) => setTimeout(resolve, random.between(0, 20)));
    const offered = read.of('offered');
    for (const { forward } of offered.slice(answered)) {
      if (random.chance(0.5)) read.interception.claim(forward.circuit);
      if (random.chance(0.5)) read.interception.resume(forward.circuit);
    }
    answered = offered.length;
    if (random.chance(0.1)) restart(world.channels[random.between(0, 1)]!);
    if (random.chance(0.1)) cuts += served.cutStreams('/routerrpc.Router/HtlcInterceptor');
  }
  const states = (await Promise.all(payments)).map(({ state }) => state);
  expect(states.filter((state) => state !== 'settled')).toEqual([]);
  expect(cuts).toBeGreaterThan(2);
  expect(world.network.pendingHtlcs()).toEqual([]);
  await until(() => read.of('released').length === read.of('offered').length);
  const circuits = read.of('offered').map(({ forward }) => forward.circuit.htlcId);
  expect(new Set(circuits).size).toBe(circuits.length);
  // lnd ends the stream upon any answer that it does not wait for; only our cuts may have ended it.
  const reasons = read.of('disconnected').map(({ reason }) => reason);
  expect(reasons.filter((reason) => !/contact with lnd was lost/.test(reason))).toEqual([]);
});

test('forwards that a killed process has kept go on at once', async () => {
  const child = fork(new URL('./claiming-process.ts', import.meta.url), { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const words: ClaimWord[] = [];
  child.on('message', (word: ClaimWord) => words.push(word));
  child.send({
    address: served.address,
    tlsCertPem: served.tlsCertPem,
    macaroonHex: served.macaroonHex,
    peer: world.carol.nodeId,
    channelId: world.channels[1],
    blockHeight: HEIGHT,
  } satisfies ClaimOrder);
  await until(() => words.includes('connected'));
  const payments = [pay(), pay()];
  await until(() => words.filter((word) => word === 'claimed').length === 2);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(world.bob.channel(world.channels[0])!.pendingHtlcs).toHaveLength(2);
  const beganMs = Date.now();
  child.kill('SIGKILL');
  for (const payment of payments) expect((await payment).state).toBe('settled');
  // It would have kept them for a minute.
  expect(Date.now() - beganMs).toBeLessThan(30_000);
  expect((await pay()).state).toBe('settled');
});

describe('a deciding thread that stands still', () => {
  test('delays nobody beyond the time for claims', async () => {
    const child = fork(new URL('./serving-process.ts', import.meta.url), { execArgv: [] });
    onTestFinished(() => void child.kill());
    const [serving] = (await once(child, 'message')) as [Serving];
    const node = await connectLnd({
      address: serving.address,
      tlsCert: serving.tlsCertPem,
      macaroon: serving.macaroonHex,
    });
    onTestFinished(() => node.close());
    const { signal } = new AbortController();
    const read = new Reader(node.interceptForwards!({ terms: TERMS, signal }));
    const channelIds: ChannelId[] = [parseChannelId(serving.channelId)];
    read.interception.order({
      watched: [{ peer: parseNodeId(serving.peer), channelIds, fromMsat: 0n }],
      blockHeight: HEIGHT,
      validMs: 60_000,
    });
    await read.next('connected');
    child.send({ payments: 20, gapMs: 100 } satisfies PayOrder);
    // Neither messages nor timers come through meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4000);
    const [made] = (await once(child, 'message')) as [PaymentsMade];
    expect(made.settled).toBe(20);
    const longestMs = Math.max(...made.latenciesMs);
    expect(longestMs).toBeGreaterThan(TERMS.claimMs - 50);
    // Not what we stood still for.
    expect(longestMs).toBeLessThan(3000);
    await until(() => read.of('released').length + passedFull(read) === 20);
    expect(read.of('released').every(({ cause }) => cause === 'unclaimed')).toBe(true);
  });

  const passedFull = (read: Reader): number =>
    read.of('passed').reduce((sum, { forwards }) => sum + forwards.full, 0);
});
