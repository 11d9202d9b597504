/** A small network that tests pay around, and routes along it. */
import { type Hop, Route } from '../../src/generated/messages/route.ts';
import type { ChannelPolicy, Clock } from '../../src/ports.ts';
import { SimulatedNetwork } from '../../src/sim/network.ts';
import type { SimulatedNode } from '../../src/sim/node.ts';
import type { OpenChannelRequest } from '../../src/sim/open-channel.ts';
import type {
  SendToRouteResult,
  SimulatedAttempt,
  SimulatedInvoice,
} from '../../src/sim/records.ts';
import { forwardingFeeMsat } from '../../src/units/fee.ts';
import { type ChannelId, type NodeId, parseChannelId } from '../../src/units/ids.ts';

export const HEIGHT = 800_000;
const FINAL_DELTA = 43;
export const CAPACITY_SAT = 1_000_000n;
export const AMOUNT_MSAT = 100_000_000n;

/** A clock that stands still; sleepers wait until `advance`. */
export class ManualClock implements Clock {
  #now = 1_700_000_000_000;
  readonly #sleepers = new Set<{ until: number; wake: () => void }>();

  now(): number {
    return this.#now;
  }

  sleep(
    milliseconds: number,
    signal?: Pick<AbortSignal, 'aborted' | 'addEventListener'>,
  ): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { until: this.#now + milliseconds, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        resolve();
      });
    });
  }

  /** Wakes sleepers in order of their time, letting each one's consequences happen before the next. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      const due = [...this.#sleepers].filter(({ until }) => until <= end);
      due.sort((a, b) => a.until - b.until);
      const next = due[0];
      if (next === undefined) break;
      this.#now = next.until;
      this.#sleepers.delete(next);
      next.wake();
      await settleMicrotasks();
    }
    this.#now = end;
    await settleMicrotasks();
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settleMicrotasks(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

export const scid = (text: string): ChannelId => parseChannelId(text);

/** Policies that differ at every turn, so that a mix-up shows. */
export const POLICIES: Record<
  'bobToCarol' | 'carolToDave' | 'daveToAlice',
  Partial<ChannelPolicy>
> = {
  bobToCarol: policy({ feeBaseMsat: 1000n, feeRatePpm: 100, timeLockDelta: 40 }),
  carolToDave: policy({ feeBaseMsat: 500n, feeRatePpm: 250, timeLockDelta: 60 }),
  daveToAlice: policy({ feeBaseMsat: 2000n, feeRatePpm: 50, timeLockDelta: 100 }),
};

export function policy(change: Partial<ChannelPolicy>): Partial<ChannelPolicy> {
  return { minHtlcMsat: 1000n, maxHtlcMsat: 900_000_000n, ...change };
}

/** alice -> bob -> carol -> dave -> alice. */
export interface Circle {
  readonly network: SimulatedNetwork;
  readonly alice: SimulatedNode;
  readonly bob: SimulatedNode;
  readonly carol: SimulatedNode;
  readonly dave: SimulatedNode;
  /** In order of travel. */
  readonly channels: readonly [ChannelId, ChannelId, ChannelId, ChannelId];
}

export function circle(
  options: {
    readonly clock?: Clock;
    readonly seed?: number;
    /** Changes to the four channels, in order of travel. */
    readonly channels?: readonly Partial<OpenChannelRequest>[];
  } = {},
): Circle {
  const network = new SimulatedNetwork({
    seed: options.seed ?? 1,
    blockHeight: HEIGHT,
    clock: options.clock ?? new ManualClock(),
  });
  const names = ['alice', 'bob', 'carol', 'dave'];
  const [alice, bob, carol, dave] = names.map((alias) => network.node(network.addNode({ alias })));
  const nodes = [alice!, bob!, carol!, dave!, alice!];
  const policies = [{}, POLICIES.bobToCarol, POLICIES.carolToDave, POLICIES.daveToAlice];
  const channels = policies.map((policy1, i) =>
    network.openChannel({
      channelId: scid(`${700_000 + i}x1x0`),
      node1: nodes[i]!.nodeId,
      node2: nodes[i + 1]!.nodeId,
      capacitySat: CAPACITY_SAT,
      policy1,
      ...options.channels?.[i],
    }),
  ) as unknown as Circle['channels'];
  return { network, alice: alice!, bob: bob!, carol: carol!, dave: dave!, channels };
}

export interface RouteTerms {
  readonly network: SimulatedNetwork;
  readonly from: NodeId;
  readonly channels: readonly ChannelId[];
  readonly amountMsat: bigint;
  readonly finalDelta?: number;
  /** `null` leaves the MPP record out. */
  readonly paymentAddr: Uint8Array | null;
  readonly totalMsat?: bigint;
}

/** A route by the announced policies, with the product's own fee arithmetic: the simulator has another. */
export function routeAlong(terms: RouteTerms): Route {
  const announced = new Map(terms.network.description().channels.map((c) => [c.channelId, c]));
  const legs: { channelId: ChannelId; to: NodeId; out: ChannelPolicy; in: ChannelPolicy }[] = [];
  let from = terms.from;
  for (const channelId of terms.channels) {
    const channel = announced.get(channelId)!;
    const forward = channel.node1 === from;
    const to = forward ? channel.node2 : channel.node1;
    const [ahead, back] = forward
      ? [channel.policy1, channel.policy2]
      : [channel.policy2, channel.policy1];
    legs.push({ channelId, to, out: ahead!, in: back! });
    from = to;
  }
  let amountMsat = terms.amountMsat;
  let expiry = terms.network.blockHeight + (terms.finalDelta ?? FINAL_DELTA);
  const hops: Partial<Hop>[] = [];
  for (let i = legs.length - 1; i >= 0; i--) {
    const leg = legs[i]!;
    const hop = { chanId: leg.channelId, pubKey: leg.to, amtToForwardMsat: amountMsat, expiry };
    hops.unshift(hop);
    const next = legs[i + 1];
    if (next === undefined) continue;
    amountMsat += forwardingFeeMsat({
      outbound: next.out,
      inbound: leg.in,
      amountOutMsat: amountMsat,
    });
    expiry += next.out.timeLockDelta;
  }
  if (terms.paymentAddr !== null) {
    const totalAmtMsat = terms.totalMsat ?? terms.amountMsat;
    hops.at(-1)!.mppRecord = { paymentAddr: terms.paymentAddr, totalAmtMsat };
  }
  return Route.fromPartial({ totalAmtMsat: amountMsat, totalTimeLock: expiry, hops });
}

export function invoiceOf(
  node: SimulatedNode,
  request: Parameters<SimulatedNode['addInvoice']>[0] = { cltvDelta: 40 },
): SimulatedInvoice {
  const added = node.addInvoice(request);
  if (added.kind === 'error') throw new Error(added.message);
  return added.invoice;
}

/** alice pays herself around the circle; `change` may spoil the route first. */
export function payAround(
  { network, alice, channels }: Circle,
  options: {
    readonly amountMsat?: bigint;
    readonly invoice?: SimulatedInvoice;
    readonly skipTempErr?: boolean;
    readonly change?: (route: Route) => void;
  } = {},
): Promise<SendToRouteResult> {
  const invoice = options.invoice ?? invoiceOf(alice);
  const { paymentAddr, paymentHash } = invoice;
  const amountMsat = options.amountMsat ?? AMOUNT_MSAT;
  const route = routeAlong({ network, from: alice.nodeId, channels, amountMsat, paymentAddr });
  options.change?.(route);
  return alice.sendToRoute({ paymentHash, route, skipTempErr: options.skipTempErr ?? false });
}

/** The attempt of a send that was registered. */
export async function attemptOf(result: Promise<SendToRouteResult>): Promise<SimulatedAttempt> {
  const sent = await result;
  if (sent.kind === 'error') throw new Error(`not sent: ${sent.message}`);
  return sent.attempt;
}
