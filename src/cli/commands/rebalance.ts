/** `ballast rebalance`: one rebalance on a real lnd. */
import {
  type RebalanceOutcome,
  type RebalanceReport,
  RebalanceRequestError,
  Rebalancer,
  systemClock,
} from '../../engine/index.ts';
import { connectLnd } from '../../node/lnd/index.ts';
import type { Exclusions } from '../../pathfinder/request.ts';
import type { LightningNode, OwnChannel } from '../../ports.ts';
import { memoryStore } from '../../store/index.ts';
import { msatToSatFloor } from '../../units/amounts.ts';
import { type ChannelId, isNodeId, type NodeId, tryParseChannelId } from '../../units/ids.ts';
import { resolveSelection } from '../channel-names.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { ProgressLines } from '../render/progress.ts';
import { attemptsTable, balancesTable, outcomeSentence } from '../render/report.ts';

export interface RebalanceOptions {
  readonly lnd: string;
  readonly tls: string;
  readonly macaroon: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly amount: bigint;
  readonly minAmount?: bigint;
  readonly maxFeePpm: number;
  readonly maxFeeSat?: bigint;
  readonly maxAttempts?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly exclude?: readonly string[];
  readonly dryRun?: boolean;
}

export async function rebalanceCommand(
  options: RebalanceOptions,
  output: Output,
): Promise<ExitCode> {
  const exclude = exclusions(options.exclude ?? []);
  const node = await connectLnd({
    address: options.lnd,
    tlsCert: options.tls,
    macaroon: options.macaroon,
  });
  const interrupted = onInterrupt(output);
  try {
    return await run(node, options, { exclude, output, signal: interrupted.signal });
  } catch (error) {
    if (error instanceof RebalanceRequestError)
      throw new UsageError(error.message, { cause: error });
    throw error;
  } finally {
    interrupted.release();
    await node.close();
  }
}

async function run(
  node: LightningNode,
  options: RebalanceOptions,
  context: { exclude: Exclusions; output: Output; signal: AbortSignal },
): Promise<ExitCode> {
  const { output, signal, exclude } = context;
  const before = await node.ownChannels();
  const rebalancer = new Rebalancer({ node, store: memoryStore() });
  const running = rebalancer.rebalance({
    from: resolveSelection(options.from, before),
    to: resolveSelection(options.to, before),
    amountMsat: options.amount * 1000n,
    maxFeePpm: options.maxFeePpm,
    dryRun: options.dryRun ?? false,
    signal,
    exclude,
    ...(options.minAmount === undefined ? {} : { minAmountMsat: options.minAmount * 1000n }),
    ...(options.maxFeeSat === undefined ? {} : { maxFeeMsat: options.maxFeeSat * 1000n }),
    ...(options.maxAttempts === undefined ? {} : { maxAttempts: options.maxAttempts }),
    ...(options.timeout === undefined ? {} : { deadlineMs: options.timeout * 1000 }),
  });
  const lines = new ProgressLines();
  for await (const event of running) {
    for (const line of lines.linesOf(event)) output.progress(line);
  }
  const report = await running.result;
  output.answer(report);
  if (report.attempts.length > 0) {
    output.print(attemptsTable(report.attempts));
    const touched = new Set(
      report.attempts.flatMap(({ hops }) => hops.map((hop) => hop.channelId)),
    );
    const after = await balancesAfter(node, { report, before });
    output.print(
      balancesTable(
        after.filter(({ channelId }) => touched.has(channelId)),
        before,
      ),
    );
  }
  output.print(outcomeSentence(report));
  return exitOf(report.outcome);
}

const POLLS = 30;
const POLL_MS = 100;

/**
 * lnd lists what arrived only when both sides have signed for it, a moment after the payment settled: waits for that,
 * three seconds at most.
 */
async function balancesAfter(
  node: LightningNode,
  { report, before }: { report: RebalanceReport; before: readonly OwnChannel[] },
): Promise<readonly OwnChannel[]> {
  const localSat = (channels: readonly OwnChannel[], id: ChannelId): bigint =>
    channels.find(({ channelId }) => channelId === id)?.localBalanceSat ?? 0n;
  for (let poll = 1; ; poll++) {
    const channels = await node.ownChannels();
    const arrived = report.arrivals.every(
      ({ channelId, amountMsat }) =>
        localSat(channels, channelId) + 1n >=
        localSat(before, channelId) + msatToSatFloor(amountMsat),
    );
    if (arrived || poll === POLLS) return channels;
    await systemClock.sleep(POLL_MS);
  }
}

function exitOf(outcome: RebalanceOutcome): ExitCode {
  switch (outcome.kind) {
    case 'settled':
    case 'dry_run':
      return EXIT.success;
    case 'fee_limit':
    case 'no_route':
      return EXIT.noRoute;
    case 'attempts_exhausted':
    case 'deadline':
    case 'aborted':
    case 'refused':
      return EXIT.notSettled;
    case 'in_flight':
      return EXIT.inFlight;
    case 'node_error':
      return EXIT.node;
    case 'store_error':
    case 'internal_error':
      return EXIT.internal;
  }
}

/** @throws UsageError for what is neither a channel id nor a node key. */
function exclusions(names: readonly string[]): Exclusions {
  const [nodes, channels]: [NodeId[], ChannelId[]] = [[], []];
  for (const name of names) {
    const text = name.trim();
    const nodeId = text.toLowerCase();
    const channelId = tryParseChannelId(text);
    if (isNodeId(nodeId)) nodes.push(nodeId);
    else if (channelId !== undefined) channels.push(channelId);
    else throw new UsageError(`--exclude: "${name}" is neither a channel id nor a node key`);
  }
  return { nodes, channels };
}

/** The first Ctrl-C ends the rebalance cleanly: no new attempts, and what flies is followed. The next one exits. */
function onInterrupt(output: Output): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const interrupt = (): void => {
    output.progress('stopping; press Ctrl-C again to leave a payment that is under way to itself');
    controller.abort();
  };
  process.once('SIGINT', interrupt);
  return { signal: controller.signal, release: () => process.off('SIGINT', interrupt) };
}
