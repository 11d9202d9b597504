/**
 * Gathers the channels at both ends of a path. A large node has thousands, so what does not depend on the request, but
 * for its ends, is kept with the view.
 */
import { outboundFeeNumber } from '../../units/fee-number.ts';
import type { AmountView } from '../view/amount-view.ts';
import {
  firstArrivalBoundMsat,
  HOP_MSAT,
  leastInboundMsat,
  leavingBoundMsat,
} from '../view/bounds.ts';
import { allocateEdges, setAnnounced } from '../view/edge-terms.ts';
import { type EndChannel, EndChannels } from './end-channels.ts';
import { type EndDirection, EndDirections, largest } from './end-directions.ts';
import type { SpaceTerms } from './space-terms.ts';

/** One end: its usable channels, how many are open at all, and the most that any of those can do. */
interface PathEnd {
  readonly ends: EndChannels;
  readonly open: number;
  readonly bestMsat: number;
}

type Side = 'first' | 'last';

/** Channels kept per view and side: those of the dozen largest nodes, or of hundreds of others; some 4 MB. */
const KEPT_CHANNELS = 25_000;
const kept = new WeakMap<AmountView, Record<Side, KeptEnds>>();

interface KeptEnds {
  /** By node, the latest last. */
  readonly nodes: Map<number, PathEnd>;
  channels: number;
}

export function pathEnds(
  view: AmountView,
  terms: SpaceTerms,
  closed: ReadonlySet<number> | undefined,
): Record<Side, PathEnd> {
  const { snapshot } = view;
  const directions = new EndDirections(snapshot, terms);
  const open = (found: readonly EndDirection[], side: Side): EndDirection[] =>
    found.filter(({ direction }) => closed?.has(peerOf(view, direction, side)) !== true);
  const gather = {
    first: (): PathEnd =>
      pathEnd(open(directions.first(), 'first'), (found) => firstChannels(view, found, terms)),
    last: (): PathEnd =>
      pathEnd(open(directions.last(), 'last'), (found) =>
        lastChannels(view, found, { terms, directions }),
      ),
  };
  const { source, target, overlay, exclude, penalties } = terms;
  const plain =
    exclude === undefined &&
    penalties === undefined &&
    overlay?.ownChannels === undefined &&
    overlay?.ceilings === undefined;
  const end = (side: Side, named: unknown): PathEnd =>
    plain && named === undefined
      ? keptEnd(view, { side, node: side === 'first' ? source : target }, gather[side])
      : gather[side]();
  const peer = (node: number) => ({ peer: node, node: view.numberOf[node]! });
  const [first, last] = [end('first', terms.outChannels), end('last', terms.inChannels)];
  return {
    first: { ...first, ends: first.ends.withDirect(peer(target)) },
    last: { ...last, ends: last.ends.withDirect(peer(source)) },
  };
}

function keptEnd(
  view: AmountView,
  { side, node }: { side: Side; node: number },
  gather: () => PathEnd,
): PathEnd {
  let sides = kept.get(view);
  if (sides === undefined) {
    sides = { first: { nodes: new Map(), channels: 0 }, last: { nodes: new Map(), channels: 0 } };
    kept.set(view, sides);
  }
  const ends = sides[side];
  let end = ends.nodes.get(node);
  if (end === undefined) {
    end = gather();
    ends.channels += end.open;
  } else ends.nodes.delete(node);
  ends.nodes.set(node, end);
  for (const [oldest, { open }] of ends.nodes) {
    if (ends.channels <= KEPT_CHANNELS || oldest === node) break;
    ends.nodes.delete(oldest);
    ends.channels -= open;
  }
  return end;
}

/** Forgets what is kept of the nodes at both ends of a direction, which has another price now. */
export function forgetEnds(view: AmountView, direction: number): void {
  const sides = kept.get(view);
  if (sides === undefined) return;
  const forget = ({ nodes }: KeptEnds, node: number): number => {
    const open = nodes.get(node)?.open ?? 0;
    nodes.delete(node);
    return open;
  };
  sides.first.channels -= forget(sides.first, view.snapshot.from(direction));
  sides.last.channels -= forget(sides.last, view.snapshot.to(direction));
}

function pathEnd(
  found: readonly EndDirection[],
  channels: (found: readonly EndDirection[]) => EndChannel[],
): PathEnd {
  return { ends: EndChannels.of(channels(found)), open: found.length, bestMsat: largest(found) };
}

const peerOf = ({ snapshot }: AmountView, direction: number, side: Side): number =>
  side === 'first' ? snapshot.to(direction) : snapshot.from(direction);

function firstChannels(
  view: AmountView,
  found: readonly EndDirection[],
  { amountMsat, priceOf, penalties, siblings }: SpaceTerms,
): EndChannel[] {
  const { snapshot, bounds } = view;
  const terms = allocateEdges(found.length);
  const channels: EndChannel[] = [];
  found.forEach(({ direction, maximum }, edge) => {
    setAnnounced(terms, edge, { snapshot, direction, siblings });
    terms.maxMsat[edge] = maximum;
    if (maximum < amountMsat) return;
    const peer = snapshot.to(direction);
    const node = view.numberOf[peer]!;
    const { inboundBaseMsat, inboundRatePpm } = terms;
    const inbound = leastInboundMsat(inboundBaseMsat[edge]!, inboundRatePpm[edge]!, view);
    const arriving = node < 0 ? 0 : firstArrivalBoundMsat(inbound, boundsOf(bounds, node));
    const priceMsat = priceOf(direction, 0) + (penalties?.get(direction) ?? 0);
    const weight = arriving + priceMsat + HOP_MSAT;
    channels.push({ node, peer, edge, terms, direction, priceMsat, weight, direct: false });
  });
  return channels;
}

function lastChannels(
  view: AmountView,
  found: readonly EndDirection[],
  given: { readonly terms: SpaceTerms; readonly directions: EndDirections },
): EndChannel[] {
  const { snapshot, bounds } = view;
  const { amountMsat, priceOf, penalties, siblings } = given.terms;
  const terms = allocateEdges(found.length);
  const channels: EndChannel[] = [];
  found.forEach(({ direction, maximum }, edge) => {
    setAnnounced(terms, edge, { snapshot, direction, siblings });
    const usable = maximum >= amountMsat && terms.minMsat[edge]! <= amountMsat;
    if (siblings === 'any') given.directions.raiseToSiblings(terms, edge, direction);
    terms.direction[edge] = direction;
    terms.maxMsat[edge] = maximum;
    if (!usable) return;
    const peer = snapshot.from(direction);
    const node = view.numberOf[peer]!;
    const out = outboundFeeNumber(terms.feeBaseMsat[edge]!, terms.feeRatePpm[edge]!, amountMsat);
    const leaving = node < 0 ? 0 : leavingBoundMsat(out, boundsOf(bounds, node));
    const priceMsat =
      priceOf(direction, terms.timeLockDelta[edge]!) + (penalties?.get(direction) ?? 0);
    const weight = leaving + priceMsat + HOP_MSAT;
    channels.push({ node, peer, edge, terms, direction, priceMsat, weight, direct: false });
  });
  return channels;
}

const boundsOf = (
  { leastOutMsat, leastInMsat }: AmountView['bounds'],
  node: number,
): { leastOutMsat: number; leastInMsat: number } => ({
  leastOutMsat: leastOutMsat[node]!,
  leastInMsat: leastInMsat[node]!,
});
