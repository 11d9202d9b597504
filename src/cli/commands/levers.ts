/** `ballast levers`: what an LDK Server, which takes no routes, can do about its liquidity instead. */
import { Rebalancer } from '../../engine/index.ts';
import {
  type LdkServerChannel,
  type LdkServerNode,
  type Lever,
  type LeverOutcome,
  pullLever,
} from '../../node/ldk-server/index.ts';
import { compareWithSplice, type SpliceComparison } from '../../planner/splice-price.ts';
import type { OwnChannel } from '../../ports.ts';
import { memoryStore } from '../../store/index.ts';
import { feePpm, satToMsat } from '../../units/amounts.ts';
import { formatChannelId } from '../../units/ids.ts';
import { resolveSelection } from '../channel-names.ts';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import type { LdkServerAccess } from '../node-access/chosen-access.ts';
import { openLdkServer } from '../node-access/open-node.ts';
import type { Output } from '../output.ts';
import { grouped, nodeName, ratio, satFromMsat } from '../render/figures.ts';
import { noRouteText } from '../render/no-route.ts';
import { table } from '../render/table.ts';

export type LeverAccess = Omit<LdkServerAccess, 'kind'>;

/** All channels, with the names by which they can be asked for. */
export function showLevers(options: LeverAccess, output: Output): Promise<ExitCode> {
  return withNode(options, output, async (node) => {
    const [channels, own] = await Promise.all([node.channels(), node.ownChannels()]);
    output.answer({ channels });
    output.print(...channelTable(channels, own));
    return EXIT.success;
  });
}

function channelTable(
  channels: readonly LdkServerChannel[],
  own: readonly OwnChannel[],
): readonly string[] {
  const aliases = new Map(own.map(({ peer, peerAlias }) => [peer, peerAlias]));
  return table(
    [
      'peer',
      'channel',
      'user channel id',
      'ours, sat',
      'theirs, sat',
      'base, msat',
      'ppm',
      'blocks',
    ],
    ['left', 'left', 'left', 'right', 'right', 'right', 'right', 'right'],
    channels.map((channel) => [
      nodeName({ nodeId: channel.peer, alias: aliases.get(channel.peer) ?? '' }),
      placeOf(channel),
      channel.userChannelId,
      grouped(channel.localBalanceSat),
      grouped(channel.remoteBalanceSat),
      grouped(channel.feeBaseMsat),
      grouped(channel.feeRatePpm),
      String(channel.timeLockDelta),
    ]),
  );
}

function placeOf({ mapping }: LdkServerChannel): string {
  switch (mapping.kind) {
    case 'mapped':
      return formatChannelId(mapping.channelId);
    case 'ambiguous':
      return `one of ${mapping.candidates.map(formatChannelId).join(', ')}`;
    case 'unknown':
      return { private: 'private', unconfirmed: 'not ready', not_seen: 'not in the graph' }[
        mapping.why
      ];
  }
}

export interface PriceOptions extends LeverAccess {
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Satoshis. */
  readonly amount: bigint;
  /** sat/vB. */
  readonly feeRate: number;
}

/** Above any price that a circle could be worth. */
const ANY_FEE_PPM = 1_000_000;

/** A circle, as it would cost over a node that takes routes, beside two splices. */
export function priceLevers(options: PriceOptions, output: Output): Promise<ExitCode> {
  return withNode(options, output, async (node) => {
    const channels = await node.ownChannels();
    const amountMsat = satToMsat(options.amount);
    const { outcome } = await new Rebalancer({ node, store: memoryStore() }).rebalance({
      from: resolveSelection({ option: '--from', names: options.from }, channels),
      to: resolveSelection({ option: '--to', names: options.to }, channels),
      amountMsat,
      maxFeePpm: ANY_FEE_PPM,
      dryRun: true,
    }).result;
    if (outcome.kind !== 'dry_run') {
      const message =
        outcome.kind === 'no_route' ? noRouteText(outcome.reason) : messageIn(outcome);
      output.fail({
        code: outcome.kind,
        message: `there is no circle to compare with: ${message}`,
      });
      return exitCodeOf(outcome);
    }
    const { feeMsat } = outcome.quote;
    const comparison = compareWithSplice({ amountMsat, feeMsat }, options.feeRate);
    output.answer(comparison);
    output.print(...comparisonLines(comparison, options.feeRate));
    return EXIT.success;
  });
}

const messageIn = (outcome: object): string =>
  'message' in outcome && typeof outcome.message === 'string' ? outcome.message : 'it ended early';

function comparisonLines(comparison: SpliceComparison, feeRate: number): readonly string[] {
  const { circular, splice, breakEvenMsat } = comparison;
  const ppm = ratio(feePpm(circular));
  return [
    `Around a circle: ${satFromMsat(circular.feeMsat)} sat (${ppm} ppm) for ${satFromMsat(circular.amountMsat)} sat. LDK Server cannot send it.`,
    `Splice out and in: about ${satFromMsat(splice.feeMsat)} sat at ${ratio(feeRate)} sat/vB, whatever the amount (${satFromMsat(splice.outFeeMsat)} out, ${satFromMsat(splice.inFeeMsat)} in; an estimate).`,
    breakEvenMsat === null
      ? 'The circle is free, so splices never cost less.'
      : `At that rate splices cost less from ${satFromMsat(breakEvenMsat)} sat on.`,
  ];
}

export interface PullOptions extends LeverAccess {
  readonly channel: string;
  /** Without it nothing is sent. */
  readonly execute?: boolean;
}

export function pullCommand(options: PullOptions, lever: Lever, output: Output): Promise<ExitCode> {
  return withNode(options, output, async (node) => {
    const outcome = await pullLever(node, lever, { dryRun: options.execute !== true });
    if (outcome.kind === 'refused') {
      output.fail({ code: 'refused', message: outcome.reason });
      return EXIT.notSettled;
    }
    output.answer(outcome);
    output.print(...outcomeLines(outcome));
    if (outcome.kind !== 'unknown') return EXIT.success;
    output.warn(outcome.reason);
    return EXIT.inFlight;
  });
}

function outcomeLines(outcome: Exclude<LeverOutcome, { kind: 'refused' }>): readonly string[] {
  const { change } = outcome;
  const notes = change.notes.map((note) => `Note: ${note}.`);
  switch (outcome.kind) {
    case 'would':
      return [`Would do: ${change.summary}.`, ...notes, 'Nothing was sent; --execute does it.'];
    case 'done':
      return [`Done: ${change.summary}.`, ...notes];
    case 'unknown':
      return [`Asked for: ${change.summary}.`, ...notes];
  }
}

async function withNode(
  access: LeverAccess,
  output: Output,
  work: (node: LdkServerNode) => Promise<ExitCode>,
): Promise<ExitCode> {
  const node = await openLdkServer({ kind: 'ldk_server', ...access }, output);
  try {
    return await work(node);
  } finally {
    await node.close();
  }
}
