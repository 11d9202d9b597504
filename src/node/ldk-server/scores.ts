/**
 * What LDK's router remembers of other channels, as pairs of nodes. Its bounds lie between the ends of a channel: the
 * first is a distance from 0 for the lesser node id, the second from the capacity (LDK: `scoring.rs`).
 */
import {
  ExportPathfindingScoresRequest,
  LightningNodeService,
} from '../../generated/services/ldk-server/api.ts';
import { readScores, type ScoreRecord } from '../../liquidity/ldk/read-scores.ts';
import type { MissionControlPair } from '../../ports.ts';
import { isNodeId, type NodeId } from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import type { GraphReader } from './graph-reader.ts';
import type { LdkCalls } from './ldk-calls.ts';

const MSAT_PER_SAT = 1000;

/** Most channels that are looked up, those learnt last: each that is not known yet costs a call. */
const MOST_CHANNELS = 5_000;

/**
 * @throws NodeError `unsupported` where the scores are of a form that Ballast does not know: LDK does not document it, and
 * may change it; `rpc` before LDK Server has stored any.
 */
export async function fetchScoredPairs(
  calls: LdkCalls,
  reader: GraphReader,
  deadlineMs: number,
): Promise<readonly MissionControlPair[]> {
  const method = LightningNodeService.exportPathfindingScores;
  const request = ExportPathfindingScoresRequest.create();
  const { scores } = await calls.unary(method, request, deadlineMs);
  const records = decoded(scores)
    .sort((a, b) => b.state.learntAtMs - a.state.learntAtMs)
    .slice(0, MOST_CHANNELS);
  const directions: ScoredDirection[] = [];
  await reader.each(records, async (record) => {
    directions.push(...(await directionsOf(record, reader)));
  });
  return pairsOf(directions);
}

function decoded(scores: Uint8Array): ScoreRecord[] {
  try {
    return readScores(scores);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new NodeError(
      'unsupported',
      `LDK Server's pathfinding scores are of a form that this Ballast does not know (${cause.message}); go on without them, or update Ballast`,
      { cause },
    );
  }
}

/** What is known of one way over one channel. */
interface ScoredDirection {
  readonly from: NodeId;
  readonly to: NodeId;
  /** 0: nothing is known to pass. */
  readonly passedMsat: number;
  /** `null`: nothing is known to fail. */
  readonly failedMsat: number | null;
  readonly atMs: number;
}

/** Nothing where the channel is gone, its capacity is not known, or the bounds cannot be its own. */
async function directionsOf(
  { channelId, state }: ScoreRecord,
  reader: GraphReader,
): Promise<ScoredDirection[]> {
  const [low, high] = state.offsetsMsat;
  if (low === 0 && high === 0) return [];
  const channel = await reader.channel(channelId);
  if (channel?.capacitySats === undefined) return [];
  const { nodeOne, nodeTwo } = channel;
  if (!isNodeId(nodeOne) || !isNodeId(nodeTwo)) return [];
  const capacityMsat = Number(channel.capacitySats) * MSAT_PER_SAT;
  if (low + high > capacityMsat) return [];
  const [lesser, greater] = nodeOne < nodeTwo ? [nodeOne, nodeTwo] : [nodeTwo, nodeOne];
  // Bounds fade towards saying nothing, so what is left of them held when they were learnt.
  const atMs = state.learntAtMs;
  return [
    {
      from: lesser,
      to: greater,
      passedMsat: low,
      failedMsat: high === 0 ? null : capacityMsat - high,
      atMs,
    },
    {
      from: greater,
      to: lesser,
      passedMsat: high,
      failedMsat: low === 0 ? null : capacityMsat - low,
      atMs,
    },
  ];
}

/**
 * Nodes may forward over any channel to the next one, so what passed or failed over one of several speaks for all of them.
 * Where they disagree, what was learnt last counts.
 */
function pairsOf(directions: readonly ScoredDirection[]): MissionControlPair[] {
  const newestFirst = [...directions].sort((a, b) => b.atMs - a.atMs);
  const byPair = Map.groupBy(newestFirst, ({ from, to }) => `${from}>${to}`);
  return [...byPair.values()].map((known) => {
    const { from, to } = known[0]!;
    const failed = known.find(({ failedMsat }) => failedMsat !== null);
    const passed = known
      .filter(({ passedMsat }) => passedMsat > 0)
      .find(
        ({ passedMsat, atMs }) =>
          failed === undefined || passedMsat < failed.failedMsat! || atMs > failed.atMs,
      );
    const contradicts =
      failed !== undefined && passed !== undefined && passed.passedMsat >= failed.failedMsat!;
    const told = contradicts ? undefined : failed;
    return {
      from,
      to,
      successAmtMsat: BigInt(passed?.passedMsat ?? 0),
      successAtMs: passed === undefined ? null : wholeSeconds(passed.atMs),
      failAmtMsat: BigInt(told?.failedMsat ?? 0),
      failAtMs: told === undefined ? null : wholeSeconds(told.atMs),
    };
  });
}

const wholeSeconds = (atMs: number): number => Math.floor(atMs / 1000) * 1000;
