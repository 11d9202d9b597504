/** One strategy through one seed's week. */
import { NetworkGraph } from '../../../src/graph/network-graph.ts';
import type { LightningNode } from '../../../src/ports.ts';
import { inProcessNode } from '../../../src/sim/in-process-node.ts';
import { SeededRandom } from '../../../src/sim/random.ts';
import type { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { closeAccounts, ownMsat, type WeekAccounts } from '../accounts.ts';
import type { ArmFigures, OperatorArm } from '../arm.ts';
import type { WorldTerms } from '../world/terms.ts';
import { operatorWorld } from '../world/world.ts';

const DAY_MS = 86_400_000;
/** Of an attempt, there and back, as in the frontier benchmark. */
export const ATTEMPT_MS = 4000;
/** Nothing is under way for longer once everybody has stopped. */
const WIND_UP_MS = 3_600_000;

export interface WeekResult extends WeekAccounts {
  readonly figures: ArmFigures;
  /** Payments that the week's traffic demanded in the whole network, warm-up included. */
  readonly payments: number;
}

export async function runWeek(
  arm: OperatorArm,
  terms: WorldTerms,
  span: { readonly warmUpDays: number; readonly days: number },
): Promise<WeekResult> {
  const world = operatorWorld(terms);
  const { network, clock, ours } = world;
  const totalMsat = network.totalMsat();
  const traffic = new AbortController();
  const paying = world.run(traffic.signal);
  await clock.advance(span.warmUpDays * DAY_MS);
  const [sinceMs, startMsat] = [clock.now() + 1, ownMsat(network, ours)];
  const tending = new AbortController();
  const tended = arm.tend({
    node: slowNode(inProcessNode(network, ours), clock),
    self: ours,
    graph: NetworkGraph.fromDescription(network.description()).graph,
    clock,
    random: new SeededRandom(terms.seed).fork(`arm ${arm.name}`),
    signal: tending.signal,
  });
  // It is awaited below; until then time goes on.
  tended.catch(() => undefined);
  await clock.advance(span.days * DAY_MS);
  tending.abort();
  traffic.abort();
  await clock.advance(WIND_UP_MS);
  const [figures, tally] = await Promise.all([tended, paying]);
  if (network.totalMsat() !== totalMsat) throw new Error('the network has lost or made money');
  const accounts = closeAccounts(network, { ours, sinceMs, startMsat, figures });
  return { ...accounts, figures, payments: tally.payments };
}

/** The simulator settles and fails at once; here the way there and the way back take half of an attempt's time each. */
function slowNode(node: LightningNode, clock: VirtualClock): LightningNode {
  return {
    ...node,
    sendToRoute: async (request) => {
      await clock.sleep(ATTEMPT_MS / 2);
      const outcome = await node.sendToRoute(request);
      await clock.sleep(ATTEMPT_MS / 2);
      return outcome;
    },
  };
}
