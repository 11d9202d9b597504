/** Channel updates by the thousand, with searches between them on versions that must not change under them. */
import { NetworkGraph } from '../../src/graph/network-graph.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import type { CircularRouteRequest } from '../../src/pathfinder/request.ts';
import type { ChannelUpdateRecord, GraphDescription } from '../../src/ports.ts';
import { SeededRandom } from '../../src/sim/random.ts';
import type { SuiteResult } from '../report/result.ts';
import { measurement } from '../report/row.ts';
import { LEAST_FEE, type Setting } from './setting.ts';

const SUITE = 'live updates';
const MOST_FEE_RATE_PPM = 3000;

/** A version of the graph and what a search on it found when it was new. */
interface Held {
  readonly snapshot: GraphSnapshot;
  readonly sentMsat: bigint | undefined;
}

export function liveUpdatesSuite(setting: Setting): SuiteResult {
  const { options, network } = setting;
  const { graph } = NetworkGraph.fromDescription(network.description);
  const random = new SeededRandom(options.seed).fork('updates');
  const request = answeredRequest(setting);
  const search = (snapshot: GraphSnapshot): bigint | undefined => {
    const result = findCircularRoute(snapshot, request);
    return result.kind === 'route' ? result.quote.sentMsat : undefined;
  };
  const held: Held[] = [{ snapshot: graph.snapshot(), sentMsat: search(graph.snapshot()) }];
  const times = { update: [] as number[], snapshot: [] as number[], view: [] as number[] };
  let [applied, changedVersions, elapsedMs] = [0, 0, 0];
  for (let round = 0; round < options.updateRounds; round++) {
    const updates = drawUpdates(network.description, options.updatesPerRound, random);
    const started = performance.now();
    for (const update of updates) {
      if (graph.applyChannelUpdate(update).kind === 'applied') applied++;
    }
    const updated = performance.now();
    const snapshot = graph.snapshot();
    const copied = performance.now();
    const sentMsat = search(snapshot);
    const searched = performance.now();
    search(snapshot);
    const again = performance.now();
    times.update.push((updated - started) / updates.length);
    times.snapshot.push(copied - updated);
    times.view.push(searched - copied - (again - searched));
    elapsedMs += searched - started;
    held.push({ snapshot, sentMsat });
    const old = random.pick(held);
    if (search(old.snapshot) !== old.sentMsat) changedVersions++;
  }
  const rows = [
    measurement(SUITE, { name: 'one channel update', timesMs: times.update }),
    measurement(SUITE, { name: 'snapshot after updates', timesMs: times.snapshot }),
    measurement(SUITE, { name: 'view of an amount', timesMs: times.view }),
  ];
  const withSearches = (1000 * options.updateRounds * options.updatesPerRound) / elapsedMs;
  return {
    rows,
    figures: [
      {
        label: 'channel updates per second',
        text: `${thousands(1000 / rows[0]!.medianMs)} alone; ${thousands(withSearches)} with a snapshot, a view and a search after every ${options.updatesPerRound}`,
      },
      {
        label: 'searches on older snapshots whose answer changed',
        text: `${changedVersions} of ${options.updateRounds}`,
      },
    ],
    facts: [applied, changedVersions, ...held.map(({ sentMsat }) => String(sentMsat))],
  };
}

const thousands = (value: number): string => Math.round(value).toLocaleString('en');

/** A circle that exists, so that the searches have something to do. */
function answeredRequest({ snapshot, circles }: Setting): CircularRouteRequest {
  for (const { request } of circles) {
    const asked = { ...request, ...LEAST_FEE };
    if (findCircularRoute(snapshot, asked).kind === 'route') return asked;
  }
  throw new Error('none of the circles exists; ask for more of them');
}

/** New fee rates for random directions that have a policy. */
function drawUpdates(
  { channels }: GraphDescription,
  count: number,
  random: SeededRandom,
): ChannelUpdateRecord[] {
  const updates: ChannelUpdateRecord[] = [];
  while (updates.length < count) {
    const { channelId, node1, node2, policy1, policy2 } = random.pick(channels);
    const isFirst = random.chance(0.5);
    const policy = isFirst ? policy1 : policy2;
    if (policy === null) continue;
    const feeRatePpm = random.below(MOST_FEE_RATE_PPM);
    updates.push({ channelId, from: isFirst ? node1 : node2, policy: { ...policy, feeRatePpm } });
  }
  return updates;
}
