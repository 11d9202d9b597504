/** What peers ask for swaps and channels, beside the moves that these could stand in for. */
import type { PeerQuotes, PlannedMove, RebalancePlan, SwapPremiums } from '../../engine/index.ts';
import { premiumMsat } from '../../engine/index.ts';
import type { NodeId } from '../../units/ids.ts';
import { grouped, nodeName, satFromMsat } from './figures.ts';
import { table } from './table.ts';

/** Peers at either end of the moves, each once, best moves first. */
export function peersOfMoves({ moves, channels }: RebalancePlan): readonly NodeId[] {
  const peers = new Map(channels.map(({ channelId, peer }) => [channelId, peer]));
  const ends = moves.flatMap(({ outChannelId, inChannelId }) => [outChannelId, inChannelId]);
  return [...new Set(ends.flatMap((channelId) => peers.get(channelId) ?? []))];
}

/** Swapping out at a move's source and in at its target does what the move does; chain fees come on top of both. */
export function quotesTable(plan: RebalancePlan, quotes: readonly PeerQuotes[]): readonly string[] {
  const outlooks = new Map(plan.channels.map((outlook) => [outlook.channelId, outlook]));
  const known = new Map(quotes.map((quote) => [quote.peer, quote]));
  const rowsOf = (move: PlannedMove, i: number): readonly string[][] =>
    (['swap out', 'swap in'] as const).map((side) => {
      const { peer, peerAlias } = outlooks.get(
        side === 'swap out' ? move.outChannelId : move.inChannelId,
      )!;
      const name = nodeName({ nodeId: peer, alias: peerAlias });
      return [String(i + 1), side, name, ...swapCells(known.get(peer), side, move)];
    });
  return table(
    ['', 'instead', 'peer', 'premium, ppm', 'premium, sat'],
    ['right', 'left', 'left', 'right', 'right'],
    plan.moves.flatMap(rowsOf),
  );
}

function swapCells(
  quote: PeerQuotes | undefined,
  side: 'swap out' | 'swap in',
  { amountMsat }: PlannedMove,
): readonly [string, string] {
  const swap = quote?.swap ?? null;
  if (swap === null) return ['no answer', ''];
  if (swap.kind === 'none') return ['no quote', ''];
  const premiums: SwapPremiums | undefined = swap.terms.premiums.btc;
  if (premiums === undefined || !swap.terms.allowed) return ['does not swap with us', ''];
  const ppm = side === 'swap out' ? premiums.swapOutPpm : premiums.swapInPpm;
  return [grouped(ppm), satFromMsat(premiumMsat(amountMsat, ppm))];
}

/** One line for each peer that sells channels. */
export function channelOffers(
  { channels }: RebalancePlan,
  quotes: readonly PeerQuotes[],
): readonly string[] {
  const aliases = new Map(channels.map(({ peer, peerAlias }) => [peer, peerAlias]));
  return quotes.flatMap(({ peer, channel }) => {
    if (channel?.kind !== 'terms') return [];
    const { minInboundSat, maxInboundSat } = channel.terms;
    const name = nodeName({ nodeId: peer, alias: aliases.get(peer) ?? '' });
    return [
      `${name} sells channels with ${grouped(minInboundSat)} to ${grouped(maxInboundSat)} sat inbound; it tells the price with an order.`,
    ];
  });
}
