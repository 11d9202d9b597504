/** `ballast demo`: the main job, from graph to settled payment, on a simulated network behind real gRPC. */
import { type RebalanceReport, Rebalancer } from '../../engine/index.ts';
import { NetworkGraph } from '../../graph/network-graph.ts';
import { connectLnd } from '../../node/lnd/index.ts';
import type { LightningNode, OwnChannel } from '../../ports.ts';
import { type SimulatedNetwork, serveLnd } from '../../sim/index.ts';
import { memoryStore } from '../../store/index.ts';
import type { NodeId } from '../../units/ids.ts';
import { buildNetwork, candidateNodes, levellingMoves, type Move } from '../demo/stage.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { grouped, nodeName, satFromMsat } from '../render/figures.ts';
import { ProgressLines } from '../render/progress.ts';
import { attemptsTable, balancesTable, outcomeSentence } from '../render/report.ts';
import { warningLog } from '../warning-log.ts';

export interface DemoOptions {
  /** Size of the generated network; not looked at where a graph is given. */
  readonly nodes: number;
  readonly graph?: string;
  readonly seed: number;
}

/** Nodes to try, and moves to try on each: hidden balances may leave a node or a pair without any way through. */
const MAX_NODES = 5;
const MAX_MOVES = 8;
/** Dear enough for most pairs of a real network; a rebalance takes the cheapest route there is anyway. */
const MAX_FEE_PPM = 2500;

export async function demoCommand(options: DemoOptions, output: Output): Promise<ExitCode> {
  const network = await buildNetwork({
    seed: options.seed,
    nodes: options.nodes,
    ...(options.graph === undefined ? {} : { graphFile: options.graph }),
  });
  const { nodes, channels } = network.description();
  output.progress(
    `network: ${grouped(nodes.length)} nodes, ${grouped(channels.length)} channels, balances hidden (seed ${options.seed})`,
  );
  const candidates = candidateNodes(network, options.seed);
  if (candidates.length === 0) {
    throw new UsageError(
      `${options.graph ?? 'the network'} has no channel that both ends announce and keep enabled, so there is nothing to ` +
        'rebalance; give the whole output of `lncli describegraph`',
    );
  }
  for (const self of candidates.slice(0, MAX_NODES)) {
    const result = await rebalanceNode(network, self, output);
    if (result === undefined) continue;
    output.answer({
      seed: options.seed,
      nodes: nodes.length,
      channels: channels.length,
      ...result,
    });
    return EXIT.success;
  }
  output.fail({ code: 'not_settled', message: `no rebalance settled; ${advice(options)}` });
  return EXIT.notSettled;
}

const advice = ({ graph }: DemoOptions): string =>
  graph === undefined
    ? 'try another --seed or a larger --nodes'
    : 'another --seed draws other balances, and a graph with more channels has more ways around';

interface DemoResult {
  readonly self: NodeId;
  readonly before: readonly OwnChannel[];
  readonly after: readonly OwnChannel[];
  readonly rebalances: readonly RebalanceReport[];
}

/** Serves the node as lnd serves itself, connects as a bot would, and rebalances; `undefined` if nothing settled. */
async function rebalanceNode(
  network: SimulatedNetwork,
  self: NodeId,
  output: Output,
): Promise<DemoResult | undefined> {
  const served = await serveLnd(network, self);
  const node = await connectLnd({
    address: served.address,
    tlsCert: served.tlsCertPem,
    macaroon: served.macaroonHex,
  });
  try {
    const info = await node.info();
    output.progress(
      `node: ${nodeName(info)} (${info.nodeId}), lnd ${info.version} at ${served.address} over TLS`,
    );
    const before = await node.ownChannels();
    output.print(...balancesTable(before));
    const { graph } = NetworkGraph.fromDescription(await node.describeGraph());
    const moves = levellingMoves(before, graph.snapshot());
    const rebalances = await rebalanceUntilSettled({ node, graph, moves }, output);
    const last = rebalances.at(-1);
    if (last?.outcome.kind !== 'settled') return undefined;
    const after = await node.ownChannels();
    output.print(...balancesTable(after, before));
    output.print(outcomeSentence(last, 'lnd'));
    return { self, before, after, rebalances };
  } finally {
    await node.close();
    await served.close();
  }
}

async function rebalanceUntilSettled(
  { node, graph, moves }: { node: LightningNode; graph: NetworkGraph; moves: readonly Move[] },
  output: Output,
): Promise<RebalanceReport[]> {
  const rebalancer = new Rebalancer({ node, graph, store: memoryStore(), log: warningLog(output) });
  const reports: RebalanceReport[] = [];
  for (const move of moves.slice(0, MAX_MOVES)) {
    const [from, to] = [move.from, move.to].map(({ peer, peerAlias }) =>
      nodeName({ nodeId: peer, alias: peerAlias }),
    );
    output.progress(
      `rebalance: ${satFromMsat(move.amountMsat)} sat from the channel with ${from} into the one with ${to}, ` +
        `at most ${MAX_FEE_PPM} ppm`,
    );
    const run = rebalancer.rebalance({
      from: move.from.channelId,
      to: move.to.channelId,
      amountMsat: move.amountMsat,
      minAmountMsat: move.amountMsat / 10n,
      maxFeePpm: MAX_FEE_PPM,
    });
    const lines = new ProgressLines();
    for await (const event of run) {
      for (const line of lines.linesOf(event)) output.progress(line);
    }
    const report = await run.result;
    reports.push(report);
    if (report.attempts.length > 0) output.print(...attemptsTable(report));
    if (report.outcome.kind === 'settled') break;
    output.progress(outcomeSentence(report, 'lnd'));
  }
  return reports;
}
