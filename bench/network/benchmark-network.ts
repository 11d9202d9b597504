/** The network that a benchmark runs on: the real snapshot where one is at hand, else a generated one. */
import { createReadStream, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGraphDescription } from '../../src/graph/load-describe-graph.ts';
import type { ChannelPolicy, Clock, GraphDescription } from '../../src/ports.ts';
import { generateNetwork } from '../../src/sim/generator.ts';
import { describeGraphJson } from './describe-graph-json.ts';

export interface BenchmarkNetwork {
  /** Where it comes from, for the head of the report. */
  readonly origin: string;
  /** Goals are stated for the real one. */
  readonly isReal: boolean;
  /** In the layout of `lncli describegraph`; what child processes load. */
  readonly file: string;
  /** Without inbound fees, which the suites lay over it themselves. */
  readonly description: GraphDescription;
  /** Removes what was written for this run. */
  dispose(): void;
}

/** Nodes of the real network that have a channel with a policy. */
const GENERATED_NODES = 6976;
const GENERATED_SEED = 2026;
const BESIDE_THE_REPOSITORY = new URL(
  '../../../shared/data/mainnet-2026-02-03.describegraph.json.gz',
  import.meta.url,
).pathname;

/** `BALLAST_GRAPH`, or the file beside the repository, or a generated network with the real one's shape. */
export async function openBenchmarkNetwork(): Promise<BenchmarkNetwork> {
  const asked = process.env['BALLAST_GRAPH'];
  if (asked !== undefined && !existsSync(asked)) {
    throw new Error(`BALLAST_GRAPH names ${asked}, where there is no file`);
  }
  const file = asked ?? BESIDE_THE_REPOSITORY;
  if (!existsSync(file)) {
    const network = generatedNetwork({ nodes: GENERATED_NODES, seed: GENERATED_SEED });
    return {
      ...network,
      origin: `${network.origin}, for want of a real one: set BALLAST_GRAPH to the JSON of \`lncli describegraph\``,
    };
  }
  const description = withoutInboundFees(await loadGraphDescription(createReadStream(file)));
  return { origin: `the file ${file}`, isReal: true, file, description, dispose: () => {} };
}

/** Announcements are dated, and the same network is the same on every day. */
const FIXED_CLOCK: Clock = {
  now: () => Date.UTC(2026, 1, 3),
  sleep: () => Promise.resolve(),
};

export function generatedNetwork(options: { nodes: number; seed: number }): BenchmarkNetwork {
  const description = withoutInboundFees(
    generateNetwork({ ...options, clock: FIXED_CLOCK }).description(),
  );
  const folder = mkdtempSync(join(tmpdir(), 'ballast-bench-'));
  const file = join(folder, 'describegraph.json');
  writeFileSync(file, describeGraphJson(description));
  return {
    origin: `a generated network of ${options.nodes} nodes, seed ${options.seed}`,
    isReal: false,
    file,
    description,
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function withoutInboundFees(description: GraphDescription): GraphDescription {
  const strip = (policy: ChannelPolicy | null): ChannelPolicy | null =>
    policy === null ? null : { ...policy, inboundFeeBaseMsat: 0n, inboundFeeRatePpm: 0 };
  const channels = description.channels.map((channel) => ({
    ...channel,
    policy1: strip(channel.policy1),
    policy2: strip(channel.policy2),
  }));
  return { ...description, channels };
}
