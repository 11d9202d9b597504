/** Our node through the same traffic, with rebalancing just in time and without. */
import { Rebalancer } from '../../src/engine/index.ts';
import type { JustInTimeFigures } from '../../src/engine/just-in-time-options.ts';
import { inProcessNode } from '../../src/sim/in-process-node.ts';
import { SeededRandom } from '../../src/sim/random.ts';
import { memoryStore } from '../../src/store/index.ts';
import { makeDigestDeterministic } from '../../test/simulation/deterministic-digest.ts';
import { type WorldSize, worldTerms } from '../operator/world/terms.ts';
import { type OperatorWorld, operatorWorld } from '../operator/world/world.ts';

export interface DayTerms {
  readonly seed: number;
  readonly size: WorldSize;
  readonly warmUpMs: number;
  readonly lengthMs: number;
  readonly justInTime: boolean;
}

export interface DayResult {
  /** Forwards that settled, and what they earned. */
  readonly settled: number;
  readonly earnedMsat: bigint;
  /** Forwards that our node refused for want of balance: payers' attempts, so a payment may be among them twice. */
  readonly short: number;
  /** All 0 without. */
  readonly figures: JustInTimeFigures;
}

/** Each node takes so long over each message, ms, drawn for each: a circle of four takes a second or two. */
const LEAST_DELAY_MS = 20;
const MOST_DELAY_MS = 250;

const NOTHING: JustInTimeFigures = {
  offered: 0,
  held: 0,
  holding: 0,
  saved: 0,
  lost: 0,
  earnedMsat: 0n,
  spentMsat: 0n,
  longestHoldMs: 0,
};

export async function runDay(terms: DayTerms): Promise<DayResult> {
  const restore = makeDigestDeterministic();
  try {
    return await dayOf(terms);
  } finally {
    restore();
  }
}

async function dayOf({ seed, size, warmUpMs, lengthMs, justInTime }: DayTerms): Promise<DayResult> {
  const world = operatorWorld(worldTerms(seed, size));
  const { network, clock, ours } = world;
  const random = new SeededRandom(seed).fork('delays');
  for (const nodeId of network.nodeIds()) {
    network.setDelay(nodeId, LEAST_DELAY_MS + random.below(MOST_DELAY_MS - LEAST_DELAY_MS));
  }
  const stop = new AbortController();
  const traffic = world.run(stop.signal);
  await clock.advance(warmUpMs);
  const sinceNs = BigInt(clock.now()) * 1_000_000n;
  const short = countShort(world, stop.signal);
  const operator = justInTime ? startJustInTime(world, seed, stop.signal) : undefined;
  await clock.advance(lengthMs);
  const figures = operator?.figures ?? NOTHING;
  const forwards = network.node(ours).forwardingHistory({ sinceNs });
  const earnedMsat = forwards.reduce((sum, { feeMsat }) => sum + feeMsat, 0n);
  stop.abort();
  await clock.advance(60_000);
  await Promise.all([traffic, operator?.ended]);
  return { settled: forwards.length, earnedMsat, short: short.count, figures };
}

function countShort({ network, ours }: OperatorWorld, signal: AbortSignal): { count: number } {
  const seen = { count: 0 };
  const read = async (): Promise<void> => {
    for await (const { type, event } of network.node(ours).htlcEvents({ signal })) {
      const isShort = event.kind === 'link_fail' && event.detail === 'INSUFFICIENT_BALANCE';
      if (type === 'forward' && isShort) seen.count++;
    }
  };
  void read();
  return seen;
}

function startJustInTime(
  { network, clock, ours }: OperatorWorld,
  seed: number,
  signal: AbortSignal,
): { readonly figures: JustInTimeFigures; readonly ended: Promise<void> } {
  const random = new SeededRandom(seed).fork('entropy');
  const rebalancer = new Rebalancer({
    node: inProcessNode(network, ours),
    store: memoryStore(),
    clock,
    entropy: { bytes: (length) => random.bytes(length) },
  });
  const running = rebalancer.justInTime();
  const ended = running.run(signal);
  return {
    ended,
    get figures() {
      return running.figures;
    },
  };
}
