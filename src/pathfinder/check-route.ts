/**
 * Checks a finished `Route` against every rule that the nodes along it will apply. Written apart from the code that
 * builds routes and shares no arithmetic with it: it walks forwards and asks of each node whether it would accept.
 */
import type { Route } from '../generated/messages/route.ts';
import type { Overlay } from '../graph/overlay.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { NodeId } from '../units/ids.ts';
import { channelDefects, forwardingDefects, type Leg, resolveLegs } from './check-legs.ts';
import { onionDefects } from './check-onion.ts';
import { finalDefects, totalDefects } from './check-totals.ts';

/** What the route was meant to do. */
export interface CheckTerms {
  /** Our own node, where the route starts. */
  readonly self: NodeId;
  /** Where it ends. @defaultValue `self`, a circle */
  readonly target?: NodeId;
  readonly amountMsat: bigint;
  readonly paymentAddr: Uint8Array;
  readonly blockHeight: number;
  /** The invoice's `cltv_expiry`: the last HTLC must not expire sooner than this many blocks from now. */
  readonly invoiceCltvDelta: number;
  /** Most that may be paid; the node that sends the route checks nothing. */
  readonly maxFeeMsat?: bigint;
  /** @defaultValue 2016 */
  readonly maxCltvBlocks?: number;
  /** Own balances and newer policies, as given to the search. */
  readonly overlay?: Overlay;
}

/** What may be wrong with a route, each by a rule of BOLT 4, BOLT 7 or lnd. */
export type RouteDefectCode =
  | 'no_hops'
  | 'unknown_channel'
  | 'not_connected'
  | 'wrong_end'
  | 'repeated_node'
  | 'same_channel_twice'
  | 'no_policy'
  | 'disabled'
  | 'below_minimum'
  | 'above_maximum'
  | 'above_capacity'
  | 'no_balance'
  | 'fee_insufficient'
  | 'incorrect_cltv'
  | 'final_amount'
  | 'final_expiry'
  | 'payment_secret'
  | 'totals'
  | 'fee_limit'
  | 'cltv_limit'
  | 'onion';

/** One broken rule. `hop` is the index of the hop whose node would refuse, or -1 for the route as a whole. */
export interface RouteDefect {
  readonly code: RouteDefectCode;
  readonly hop: number;
  readonly detail: string;
}

/** Every rule that the route breaks; empty when it is sound. */
export function checkRoute(
  route: Route,
  snapshot: GraphSnapshot,
  terms: CheckTerms,
): readonly RouteDefect[] {
  if (route.hops.length === 0) return [{ code: 'no_hops', hop: -1, detail: 'the route is empty' }];
  const current = snapshot.withPolicies(terms.overlay?.policies);
  const legs = resolveLegs(route, current, terms);
  return [
    ...shapeDefects(legs, terms),
    ...legs.flatMap((leg) => [...channelDefects(leg, legs, terms)]),
    ...legs.flatMap((leg, i) => [...forwardingDefects(leg, legs[i + 1])]),
    ...finalDefects(route, terms),
    ...totalDefects(route, terms),
    ...onionDefects(route),
  ];
}

function* shapeDefects(legs: readonly Leg[], terms: CheckTerms): Iterable<RouteDefect> {
  const seen = new Set<NodeId>([terms.self]);
  const target = terms.target ?? terms.self;
  for (const leg of legs) {
    if (!leg.known) {
      yield {
        code: 'unknown_channel',
        hop: leg.hop,
        detail: `no channel ${leg.channelId ?? '(none)'}`,
      };
    } else if (!leg.joins) {
      const detail = `channel ${leg.channelId} does not lead from ${leg.from} to ${leg.to}`;
      yield { code: 'not_connected', hop: leg.hop, detail };
    }
    const isLast = leg.hop === legs.length - 1;
    if (isLast && leg.to !== target) {
      yield { code: 'wrong_end', hop: leg.hop, detail: `ends at ${leg.to}, not at ${target}` };
    }
    const closesCircle = isLast && leg.to === target && target === terms.self;
    if (seen.has(leg.to) && !closesCircle) {
      yield { code: 'repeated_node', hop: leg.hop, detail: `passes ${leg.to} twice` };
    }
    seen.add(leg.to);
  }
  const first = legs[0]!;
  if (legs.length > 1 && first.channelId === legs.at(-1)!.channelId) {
    const detail = `leaves and returns over channel ${first.channelId}`;
    yield { code: 'same_channel_twice', hop: legs.length - 1, detail };
  }
}
