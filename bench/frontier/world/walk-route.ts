/** One payment on its way through the true network: it settles, or comes back with the message of who refused it. */
import type { Failure } from '../../../src/generated/messages/failure.ts';
import type { Route } from '../../../src/generated/messages/route.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import type { ChannelPolicy } from '../../../src/ports.ts';
import { channelUpdateMessage, failureMessage } from '../../../src/sim/failure-message.ts';
import {
  checkForward,
  type HtlcTerms,
  type Refusal,
  refuse,
} from '../../../src/sim/forwarding-check.ts';
import { SeededRandom } from '../../../src/sim/random.ts';
import type { ChannelId, NodeId } from '../../../src/units/ids.ts';
import type { World } from './world.ts';

/** The height that all routes are built at: the search's default. */
export const BLOCK_HEIGHT = 800_000;

/** A channel that the payment crossed; not always the one that the route named. */
interface CrossedChannel {
  readonly direction: number;
  readonly amountMsat: number;
}

export type WalkOutcome =
  | { readonly kind: 'settled'; readonly crossed: readonly CrossedChannel[] }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface Payment {
  readonly route: Route;
  readonly self: NodeId;
  /** Tells the lots of one attempt from those of another. */
  readonly attempt: number;
}

/**
 * Nothing is moved: whoever calls does that with what was crossed. Rules and messages are the simulator's
 * (`src/sim/forwarding-check.ts`, after lnd): a node forwards over any channel to the next node that takes the payment,
 * one of them drawn; where none does, the complaint of the channel that the route named comes back.
 */
export function walkRoute(world: World, payment: Payment): WalkOutcome {
  const { route } = payment;
  const first = leavingDirection(world.snapshot, route.hops[0]!.chanId, payment.self);
  let incoming = { direction: first, htlc: arriving(route, 0) };
  const refusal = ownRefusal(world, incoming);
  if (refusal !== undefined) {
    return {
      kind: 'failed',
      failure: failureMessage({ refusal, sourceIndex: 0, update: undefined }),
    };
  }
  const crossed = [{ direction: first, amountMsat: Number(incoming.htlc.amountMsat) }];
  for (let link = 1; link < route.hops.length; link++) {
    const htlc = arriving(route, link);
    const forward = { world, payment, link, incoming, htlc };
    const chosen = chooseChannel(forward);
    if (typeof chosen !== 'number') return { kind: 'failed', failure: failed(forward, chosen) };
    crossed.push({ direction: chosen, amountMsat: Number(htlc.amountMsat) });
    incoming = { direction: chosen, htlc };
  }
  return { kind: 'settled', crossed };
}

interface Incoming {
  readonly direction: number;
  readonly htlc: HtlcTerms;
}

interface Forward {
  readonly world: World;
  readonly payment: Payment;
  /** Of the channel to forward over. */
  readonly link: number;
  readonly incoming: Incoming;
  readonly htlc: HtlcTerms;
}

/** What crosses a link, as the onion tells the node before it. */
function arriving(route: Route, link: number): HtlcTerms {
  if (link === 0) return { amountMsat: route.totalAmtMsat, expiry: route.totalTimeLock };
  const payload = route.hops[link - 1]!;
  return { amountMsat: payload.amtToForwardMsat, expiry: payload.expiry };
}

function leavingDirection(snapshot: GraphSnapshot, channelId: string, from: NodeId): number {
  const direction = snapshot.directionFrom(channelId as ChannelId, from);
  if (direction !== undefined) return direction;
  throw new Error(`the route names channel ${channelId}, which ${from} does not have`);
}

function ownRefusal(world: World, { direction, htlc }: Incoming): Refusal | undefined {
  if (!world.isOnline(world.snapshot.to(direction))) return refuse('UNKNOWN_NEXT_PEER');
  return world.sendableMsat(direction) < Number(htlc.amountMsat)
    ? refuse('TEMPORARY_CHANNEL_FAILURE')
    : undefined;
}

/** The direction that the payment leaves by, or why none takes it. */
function chooseChannel(forward: Forward): number | Refusal {
  const { world, payment, link } = forward;
  const { snapshot } = world;
  const requested = requestedDirection(forward);
  const node = snapshot.from(requested);
  const next = snapshot.to(requested);
  if (!world.isOnline(next)) return refuse('UNKNOWN_NEXT_PEER');
  const { offsets, outgoing } = snapshot.adjacency;
  const willing: number[] = [];
  let complaint: Refusal | undefined;
  for (let i = offsets[node]!; i < offsets[node + 1]!; i++) {
    const direction = outgoing[i]!;
    if (snapshot.to(direction) !== next) continue;
    const refusal = channelRefusal(forward, direction);
    if (refusal === undefined) willing.push(direction);
    else if (direction === requested) complaint = refusal;
  }
  if (willing.length === 0) return complaint!;
  if (willing.length === 1) return willing[0]!;
  const lot = `${world.recipe.seed}/${world.step}/${payment.attempt}/${link}/${requested}`;
  return new SeededRandom(lot).pick(willing);
}

function requestedDirection({ world, payment, link }: Forward): number {
  const from = payment.route.hops[link - 1]!.pubKey as NodeId;
  return leavingDirection(world.snapshot, payment.route.hops[link]!.chanId, from);
}

function channelRefusal(forward: Forward, direction: number): Refusal | undefined {
  const { world, incoming, htlc } = forward;
  const policy = world.snapshot.policy(direction);
  if (policy === null) return refuse('UNKNOWN_NEXT_PEER');
  if (policy.disabled) return refuse('CHANNEL_DISABLED', { withUpdate: true });
  return checkForward({
    incoming: incoming.htlc,
    outgoing: htlc,
    outgoingPolicy: policy,
    bandwidthMsat: BigInt(world.sendableMsat(direction)),
    inboundFee: world.snapshot.policy(incoming.direction ^ 1) ?? NO_INBOUND_FEE,
    blockHeight: BLOCK_HEIGHT,
  });
}

const NO_INBOUND_FEE: Pick<ChannelPolicy, 'inboundFeeBaseMsat' | 'inboundFeeRatePpm'> = {
  inboundFeeBaseMsat: 0n,
  inboundFeeRatePpm: 0,
};

/** The node at the end of the link before is the one that complains. */
function failed(forward: Forward, refusal: Refusal): Failure {
  const { snapshot } = forward.world;
  const direction = requestedDirection(forward);
  const policy = snapshot.policy(direction);
  const update =
    policy === null
      ? undefined
      : channelUpdateMessage({
          channelId: snapshot.channelId(direction >> 1),
          from: snapshot.nodeId(snapshot.from(direction)),
          to: snapshot.nodeId(snapshot.to(direction)),
          policy,
        });
  return failureMessage({ refusal, sourceIndex: forward.link, update });
}
