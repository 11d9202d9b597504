/** What the options of `ballast rebalance` ask of the engine, as far as that needs no node. */
import type { RebalanceRequest } from '../../engine/index.ts';
import { satToMsat } from '../../units/amounts.ts';
import { type ChannelId, isNodeId, type NodeId, tryParseChannelId } from '../../units/ids.ts';
import { UsageError } from '../exit-codes.ts';
import { grouped } from '../render/figures.ts';
import { MAX_AMOUNT_SAT } from '../render/no-route.ts';

export interface TermsOptions {
  /** Satoshis. */
  readonly amount: bigint;
  readonly minAmount?: bigint;
  readonly total?: bigint;
  readonly maxFeePpm?: number;
  readonly maxFeeSat?: bigint;
  readonly maxAttempts?: number;
  readonly minProbability?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly exclude?: readonly string[];
  readonly arrival?: 'strict' | 'report';
  readonly dryRun?: boolean;
}

/** @throws UsageError for amounts that cannot be meant, and for what `--exclude` cannot mean. */
export function rebalanceTerms(options: TermsOptions): Omit<RebalanceRequest, 'from' | 'to'> {
  const { amount, minAmount, total, maxFeeSat, maxAttempts, timeout } = options;
  const { maxFeePpm, minProbability } = options;
  if (amount > MAX_AMOUNT_SAT) {
    throw new UsageError(`--amount must be at most ${grouped(MAX_AMOUNT_SAT)} sat`);
  }
  if (minAmount !== undefined && minAmount > amount) {
    throw new UsageError(
      `--min-amount (${grouped(minAmount)} sat) must not be above --amount (${grouped(amount)} sat)`,
    );
  }
  if (total !== undefined && total < amount) {
    throw new UsageError(
      `--total (${grouped(total)} sat) must not be below --amount (${grouped(amount)} sat)`,
    );
  }
  if (maxFeePpm === undefined && maxFeeSat === undefined) {
    throw new UsageError(
      'say what it may cost: give --max-fee-ppm, --max-fee-sat, or both (the smaller limit then holds)',
    );
  }
  return {
    amountMsat: satToMsat(amount),
    ...(maxFeePpm === undefined ? {} : { maxFeePpm }),
    dryRun: options.dryRun ?? false,
    exclude: exclusions(options.exclude ?? []),
    ...(minAmount === undefined ? {} : { minAmountMsat: satToMsat(minAmount) }),
    ...(total === undefined ? {} : { totalMsat: satToMsat(total) }),
    ...(maxFeeSat === undefined ? {} : { maxFeeMsat: satToMsat(maxFeeSat) }),
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
    ...(minProbability === undefined ? {} : { minProbability }),
    ...(options.arrival === undefined ? {} : { arrival: options.arrival }),
    ...(timeout === undefined ? {} : { deadlineMs: timeout * 1000 }),
  };
}

function exclusions(names: readonly string[]): { nodes: NodeId[]; channels: ChannelId[] } {
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
