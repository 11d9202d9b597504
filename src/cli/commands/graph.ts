/** `ballast graph FILE`: what is in a graph file. */
import { loadDescribeGraph } from '../../graph/load-describe-graph.ts';
import type { NetworkGraph } from '../../graph/network-graph.ts';
import { type NodeStatistics, nodeStatistics } from '../../graph/node-statistics.ts';
import type { Quantiles } from '../../graph/quantiles.ts';
import { graphStatistics } from '../../graph/statistics.ts';
import type { RejectedRecord } from '../../ports.ts';
import { isNodeId, type NodeId } from '../../units/ids.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { readGraphFile } from '../graph-file.ts';
import type { Output } from '../output.ts';
import { grouped, nodeName, ratio } from '../render/figures.ts';
import { table } from '../render/table.ts';

export interface GraphOptions {
  /** A node to look at more closely: its key or alias. */
  readonly node?: string;
}

const SHOWN_REJECTS = 10;

export async function graphCommand(
  file: string,
  options: GraphOptions,
  output: Output,
): Promise<ExitCode> {
  const { graph, rejected } = await readGraphFile(file, loadDescribeGraph);
  const statistics = graphStatistics(graph);
  const node = options.node === undefined ? undefined : nodeFigures(graph, options.node);
  output.answer({ ...statistics, rejected, ...(node === undefined ? {} : { node }) });
  output.print(
    ...table(
      ['', 'count'],
      ['left', 'right'],
      [
        ['nodes', grouped(statistics.nodes)],
        ['channels', grouped(statistics.channels)],
        ['directed policies', grouped(statistics.directedPolicies)],
        ['  of them disabled', grouped(statistics.disabledPolicies)],
        ['  with an inbound fee', grouped(statistics.inboundFeePolicies)],
        ['capacity, sat', grouped(statistics.capacitySat)],
        ['components', grouped(statistics.components)],
        ['nodes in the largest', grouped(statistics.largestComponentNodes)],
        ['rejected records', grouped(rejected.length)],
      ],
    ),
  );
  output.print(
    ...quantileTable([
      ['channels of a node', statistics.degree],
      ['channel capacity, sat', statistics.channelCapacitySat],
      ['base fee, msat', statistics.feeBaseMsat],
      ['fee rate, ppm', statistics.feeRatePpm],
      ['CLTV delta, blocks', statistics.timeLockDelta],
    ]),
  );
  if (node !== undefined) printNode(node, output);
  printRejected(rejected, output);
  return EXIT.success;
}

function nodeFigures(graph: NetworkGraph, wanted: string): NodeStatistics {
  const statistics = nodeStatistics(graph, findNode(graph, wanted));
  if (statistics === undefined) throw new UsageError(`the graph has no node ${wanted}`);
  return statistics;
}

/** @throws UsageError when no node, or more than one, goes by that name. */
function findNode(graph: NetworkGraph, wanted: string): NodeId {
  const lower = wanted.toLowerCase();
  if (isNodeId(lower)) return lower;
  const snapshot = graph.snapshot();
  const found: NodeId[] = [];
  for (let node = 0; node < snapshot.nodeCount; node++) {
    if (snapshot.node(node).alias.toLowerCase() === lower) found.push(snapshot.nodeId(node));
  }
  const [only, another] = found;
  if (only === undefined)
    throw new UsageError(`the graph has no node with the key or alias "${wanted}"`);
  if (another !== undefined) {
    throw new UsageError(
      `${found.length} nodes go by the alias "${wanted}"; give the key of one: ${found.join(', ')}`,
    );
  }
  return only;
}

function quantileTable(rows: readonly (readonly [string, Quantiles])[]): readonly string[] {
  return table(
    ['', 'least', '10 %', 'median', '90 %', 'most'],
    ['left', 'right', 'right', 'right', 'right', 'right'],
    rows.map(([name, q]) => [name, ...[q.min, q.p10, q.median, q.p90, q.max].map(ratio)]),
  );
}

function printNode(node: NodeStatistics, output: Output): void {
  output.print(
    `${nodeName(node)} (${node.nodeId}): ${grouped(node.channels)} channels with ${grouped(node.peers)} peers, ` +
      `${grouped(node.capacitySat)} sat`,
  );
  output.print(
    ...quantileTable([
      ['it asks, ppm', node.feeRatePpmOut],
      ['its peers ask, ppm', node.feeRatePpmIn],
    ]),
  );
  const reach = node.reach.map((count, i) => `${i + 1}: ${grouped(count ?? 0)}`).join(', ');
  output.print(`nodes reached, by number of channels: ${reach || 'none'}`);
}

function printRejected(rejected: readonly RejectedRecord[], output: Output): void {
  for (const { kind, id, reason } of rejected.slice(0, SHOWN_REJECTS)) {
    output.print(`rejected ${kind} ${id}: ${reason}`);
  }
  if (rejected.length > SHOWN_REJECTS) {
    output.print(`... and ${rejected.length - SHOWN_REJECTS} more; --json lists all`);
  }
}
