/**
 * What the node's own payments have learnt of channels, which xpay keeps in a layer of askrene: for a direction of a
 * channel at least so much, or at most so much.
 */
import type { MissionControlImport, MissionControlPair } from '../../ports.ts';
import {
  type ChannelId,
  formatChannelId,
  type NodeId,
  tryParseChannelId,
} from '../../units/ids.ts';
import { XPAY_LAYER } from './askrene-sharing.ts';
import type { ChannelEnds } from './channel-ends.ts';
import type { ClnCalls } from './cln-calls.ts';
import { ClnObject } from './cln-object.ts';

interface Bounds {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly channels: Map<ChannelId, ChannelBounds>;
}

interface ChannelBounds {
  leastMsat: bigint;
  leastAtMs: number | null;
  mostMsat: bigint | null;
  mostAtMs: number | null;
}

/**
 * By pairs of nodes, for forwarding is not strict: the pair passes what its best channel passes. It fails with what is
 * more than any of its channels has, and only where all of them are known to have no more. Channels that the graph does
 * not have are left out.
 *
 * @throws NodeError where this lightningd has no askrene
 */
export async function xpayBeliefs(
  calls: ClnCalls,
  ends: ChannelEnds,
): Promise<readonly MissionControlPair[]> {
  const answer = await calls.call('askrene-listlayers', { layer: XPAY_LAYER });
  const [layer] = new ClnObject('askrene-listlayers', answer).list('layers');
  const pairs = new Map<string, Bounds>();
  for (const constraint of layer?.list('constraints') ?? []) {
    const [channel = '', side] = constraint.text('short_channel_id_dir').split('/');
    const channelId = tryParseChannelId(channel);
    const pair = channelId === undefined ? undefined : ends.of(channelId, side === '1' ? 1 : 0);
    if (channelId === undefined || pair === undefined) continue;
    const key = pair.from + pair.to;
    const bounds = pairs.get(key) ?? { ...pair, channels: new Map() };
    pairs.set(key, bounds);
    learn(bounds.channels, channelId, constraint);
  }
  return [...pairs.values()].map((bounds) => pairOf(bounds, ends));
}

/** Of several the newest counts. */
function learn(
  channels: Map<ChannelId, ChannelBounds>,
  channelId: ChannelId,
  constraint: ClnObject,
): void {
  const known: ChannelBounds = channels.get(channelId) ?? {
    leastMsat: 0n,
    leastAtMs: null,
    mostMsat: null,
    mostAtMs: null,
  };
  const atMs = (constraint.optionalCount('timestamp') ?? 0) * 1000;
  const least = constraint.optionalMsat('minimum_msat');
  const most = constraint.optionalMsat('maximum_msat');
  if (least !== undefined && atMs >= (known.leastAtMs ?? 0)) {
    known.leastMsat = least;
    known.leastAtMs = atMs;
  }
  if (most !== undefined && atMs >= (known.mostAtMs ?? 0)) {
    known.mostMsat = most;
    known.mostAtMs = atMs;
  }
  channels.set(channelId, known);
}

function pairOf({ from, to, channels }: Bounds, ends: ChannelEnds): MissionControlPair {
  let [successAmtMsat, successAtMs]: [bigint, number | null] = [0n, null];
  let [failAmtMsat, failAtMs]: [bigint, number | null] = [0n, null];
  const allBounded = ends
    .between(from, to)
    .every((channelId) => typeof channels.get(channelId)?.mostMsat === 'bigint');
  for (const { leastMsat, leastAtMs, mostMsat, mostAtMs } of channels.values()) {
    if (leastAtMs !== null && leastMsat > successAmtMsat) {
      [successAmtMsat, successAtMs] = [leastMsat, leastAtMs];
    }
    // The least that fails is one more than the most that may pass.
    if (allBounded && mostMsat !== null && mostMsat + 1n > failAmtMsat) {
      [failAmtMsat, failAtMs] = [mostMsat + 1n, mostAtMs];
    }
  }
  return { from, to, successAmtMsat, successAtMs, failAmtMsat, failAtMs };
}

/**
 * Tells askrene of pairs that have one channel alone: of more, nobody knows which of them was meant. A failure whatever
 * the amount says nothing about a balance, and is left out too.
 */
export async function teachXpay(
  calls: ClnCalls,
  pairs: readonly MissionControlPair[],
  ends: ChannelEnds,
): Promise<MissionControlImport> {
  let imported = 0;
  for (const pair of pairs) {
    const [channelId, ...more] = ends.between(pair.from, pair.to);
    if (channelId === undefined || more.length > 0) continue;
    const side = pair.from < pair.to ? 0 : 1;
    const short_channel_id_dir = `${formatChannelId(channelId)}/${side}`;
    const told = lessonsOf(pair);
    for (const { inform, amount_msat } of told) {
      await calls.call('askrene-inform-channel', {
        layer: XPAY_LAYER,
        short_channel_id_dir,
        amount_msat,
        inform,
      });
    }
    if (told.length > 0) imported++;
  }
  return { imported, leftOut: pairs.length - imported };
}

/** What happened first is told first, for askrene dates it by when it hears of it. */
function lessonsOf(
  pair: MissionControlPair,
): readonly { readonly inform: string; readonly amount_msat: bigint }[] {
  const { successAmtMsat, successAtMs, failAmtMsat, failAtMs } = pair;
  const passed =
    successAtMs === null || successAmtMsat === 0n
      ? []
      : [{ inform: 'unconstrained', amount_msat: successAmtMsat, atMs: successAtMs }];
  const failed =
    failAtMs === null || failAmtMsat === 0n
      ? []
      : [{ inform: 'constrained', amount_msat: failAmtMsat, atMs: failAtMs }];
  return [...passed, ...failed]
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ inform, amount_msat }) => ({ inform, amount_msat }));
}
