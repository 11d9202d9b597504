/** LDK's own router on the same graph: Ballast finds whatever it finds, never dearer, and prices its paths alike. */
import { createReadStream } from 'node:fs';
import type { RouteHop } from 'lightningdevkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { FINAL_CLTV_DELTA, LdkRouter } from '../../../bench/ldk/find-route.ts';
import { loadLdk } from '../../../bench/ldk/load-ldk.ts';
import { ldkNetworkGraph } from '../../../bench/ldk/network-graph.ts';
import { nodeKey } from '../../../bench/ldk/node-key.ts';
import { openBothWays } from '../../../bench/network/open-both-ways.ts';
import { LEAST_FEE, snapshotOf } from '../../../bench/suites/setting.ts';
import { loadGraphDescription } from '../../../src/graph/load-describe-graph.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import { findRoute } from '../../../src/pathfinder/find-route.ts';
import type { Path } from '../../../src/pathfinder/path.ts';
import { type PathChannel, pricePath } from '../../../src/pathfinder/price-path.ts';
import { type NodeId, parseChannelId } from '../../../src/units/ids.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';
import { mainnetFile, reducedFile } from '../../shared-files.ts';
import { runSize } from '../run-size.ts';
import { Tally } from '../tally.ts';

const PAIRS = runSize({ part: 60, full: 600 });
const AMOUNTS_MSAT = [1_000n, 1_000_000n, 100_000_000n, 1_000_000_000n];
const WHOLE_NETWORK = runSize({ part: 0, full: 1 }) === 1;

interface Question {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly amountMsat: bigint;
}

/** The channels that LDK names, in the direction in which it uses them. */
function channelsOf(
  snapshot: GraphSnapshot,
  from: NodeId,
  hops: readonly RouteHop[],
): PathChannel[] {
  let at = from;
  return hops.map((hop) => {
    const channelId = parseChannelId(hop.get_short_channel_id().toString());
    const direction = snapshot.directionFrom(channelId, at)!;
    const channel = {
      ...{ channelId, from: at, to: snapshot.nodeId(snapshot.to(direction)), capacitySat: 0n },
      policy: snapshot.policy(direction),
      inboundFee: { inboundFeeBaseMsat: 0n, inboundFeeRatePpm: 0 },
    };
    expect(nodeKey(channel.to)).toBe(Buffer.from(hop.get_pubkey()).toString('hex'));
    at = channel.to;
    return channel;
  });
}

/** LDK gives of each hop what its node keeps, and of the last one what it delivers. */
function comparePrices(hops: readonly RouteHop[], path: Path, tally: Tally): void {
  path.hops.forEach((hop, i) => {
    const isLast = i === path.hops.length - 1;
    const oursMsat = isLast ? hop.amountOutMsat : hop.amountInMsat - hop.amountOutMsat;
    const blocks = isLast ? hop.cltvOutBlocks : hop.cltvInBlocks - hop.cltvOutBlocks;
    tally.amounts(hops[i]!.get_fee_msat(), oursMsat);
    expect(hops[i]!.get_fee_msat()).toBe(oursMsat);
    // To the last delta LDK adds blocks, so that nobody on the way can tell how near the payee is.
    if (isLast) expect(hops[i]!.get_cltv_expiry_delta()).toBeGreaterThanOrEqual(blocks);
    else expect(hops[i]!.get_cltv_expiry_delta()).toBe(blocks);
  });
}

const files = [
  ...(WHOLE_NETWORK ? [['the network of 2026-02-03', mainnetFile(), 4401] as const] : []),
  ['a real sub-graph of 99 nodes', reducedFile(), 4402],
] as const;

for (const [name, file, fixedSeed] of files) {
  describe.skipIf(file === undefined)(`LDK's router on ${name}`, () => {
    let snapshot: GraphSnapshot;
    let router: LdkRouter;
    let nodes: readonly NodeId[];
    beforeAll(async () => {
      const description = openBothWays(await loadGraphDescription(createReadStream(file!)));
      const ldk = await loadLdk();
      snapshot = snapshotOf(description);
      router = new LdkRouter(ldk, ldkNetworkGraph(ldk, description), 'zero penalty');
      nodes = [...new Set(description.channels.flatMap(({ node1, node2 }) => [node1, node2]))];
    }, 600_000);

    it('never knows a cheaper route, and asks the same of each hop', (context) => {
      const random = new SeededRandom(testSeed(fixedSeed));
      const tally = new Tally(`LDK's router on ${name}`);
      const counts = { same: 0, upTo1Sat: 0, more: 0, onlyBallast: 0, neither: 0 };
      for (let i = 0; i < PAIRS; i++) {
        const question: Question = {
          ...{ from: random.pick(nodes), to: random.pick(nodes) },
          amountMsat: random.pick(AMOUNTS_MSAT),
        };
        if (question.from === question.to) continue;
        const result = router.question(question)();
        const hops = router.hops(result);
        const ours = findRoute(snapshot, { ...question, ...LEAST_FEE });
        tally.compared++;
        if (hops === null) {
          counts[ours.kind === 'route' ? 'onlyBallast' : 'neither']++;
          continue;
        }
        if (ours.kind !== 'route') throw new Error(`Ballast misses a route: ${ours.message}`);
        const { from, amountMsat } = question;
        const terms = { amountMsat, finalCltvDelta: FINAL_CLTV_DELTA };
        comparePrices(hops, pricePath(channelsOf(snapshot, from, hops), terms), tally);
        const theirsMsat = BigInt(router.feeMsat(result)!);
        expect(ours.quote.feeMsat).toBeLessThanOrEqual(theirsMsat);
        const savedMsat = theirsMsat - ours.quote.feeMsat;
        if (savedMsat === 0n) counts.same++;
        else counts[savedMsat <= 1000n ? 'upTo1Sat' : 'more']++;
      }
      tally.report(context);
      const { same, upTo1Sat, more, onlyBallast, neither } = counts;
      process.stdout.write(
        `LDK finds ${same + upTo1Sat + more} routes: ${same} for the same fee, ${upTo1Sat} dearer by up to 1 sat, ` +
          `${more} by more; only Ballast finds ${onlyBallast}, neither ${neither}\n`,
      );
      expect(same + upTo1Sat + more).toBeGreaterThan(PAIRS / 2);
      expect(same).toBeGreaterThan(PAIRS / 6);
    });
  });
}
