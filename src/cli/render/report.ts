/** The end of a rebalance, for people: every attempt in a table, and the sum in a sentence. */
import type { AttemptReport, RebalanceReport } from '../../executor/rebalance-report.ts';
import type { OwnChannel } from '../../ports.ts';
import type { PaymentHash } from '../../units/ids.ts';
import { type NodeSystem, trackCommand } from '../node-access/node-system.ts';
import { grouped, nodeName, ppm, satFromMsat, seconds } from './figures.ts';
import { feeLimitText, type GivenFeeLimits, noRouteText } from './no-route.ts';
import { table } from './table.ts';

export function attemptsTable({
  attempts,
  outcome: end,
}: Pick<RebalanceReport, 'attempts' | 'outcome'>): readonly string[] {
  const stopped = STOPS.has(end.kind);
  return table(
    ['attempt', 'sat', 'fee, msat', 'ppm', 'channels', 'blocks', 'took', 'outcome'],
    ['right', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    attempts.map((attempt) => [
      String(attempt.attempt),
      satFromMsat(attempt.amountMsat),
      grouped(attempt.feeMsat),
      ppm(attempt),
      String(attempt.hops.length),
      String(attempt.cltvBlocks),
      seconds(attempt.durationMs),
      outcomeText(attempt, stopped),
    ]),
  );
}

/** Ends from outside, before which the invoice is cancelled. */
const STOPS: ReadonlySet<RebalanceReport['outcome']['kind']> = new Set([
  'aborted',
  'deadline',
  'interrupted',
] as const);

function outcomeText({ outcome, hops }: AttemptReport, stopped: boolean): string {
  switch (outcome.kind) {
    case 'settled':
      return 'settled';
    case 'failed': {
      const { blame, code, sourceIndex } = outcome.verdict;
      if (stopped && blame.kind === 'final') return 'given back, for it was cancelled';
      const hop = sourceIndex === null || sourceIndex === 0 ? undefined : hops[sourceIndex - 1];
      if (hop === undefined) return code;
      return `${code} at ${nodeName({ nodeId: hop.to, alias: hop.toAlias })}`;
    }
    case 'carried':
      return 'can pass';
    case 'rejected':
      return `given back: ${outcome.reason}`;
    case 'not_sent':
      return `not sent: ${outcome.reason}`;
    case 'in_flight':
      return 'in flight';
  }
}

/** Own channels with their balances, and how they changed where `before` is given. */
export function balancesTable(
  channels: readonly OwnChannel[],
  before?: readonly OwnChannel[],
): readonly string[] {
  const earlier = new Map(before?.map((channel) => [channel.channelId, channel.localBalanceSat]));
  const change = (channel: OwnChannel): string => {
    const difference =
      channel.localBalanceSat - (earlier.get(channel.channelId) ?? channel.localBalanceSat);
    return difference === 0n ? '' : `${difference > 0n ? '+' : ''}${grouped(difference)}`;
  };
  return table(
    [
      'channel',
      'peer',
      'capacity, sat',
      'local, sat',
      'remote, sat',
      'local',
      ...(before ? ['change, sat'] : []),
    ],
    ['right', 'left', 'right', 'right', 'right', 'right', 'right'],
    channels.map((channel) => [
      channel.channelId,
      nodeName({ nodeId: channel.peer, alias: channel.peerAlias }),
      grouped(channel.capacitySat),
      grouped(channel.localBalanceSat),
      grouped(channel.remoteBalanceSat),
      share(channel),
      ...(before ? [change(channel)] : []),
    ]),
  );
}

function share({ localBalanceSat, capacitySat }: OwnChannel): string {
  return capacitySat === 0n
    ? ''
    : `${(Number((localBalanceSat * 1000n) / capacitySat) / 10).toFixed(0)} %`;
}

/** One sentence: what came of it. @param limits as they were asked for, for advice */
export function outcomeSentence(
  report: RebalanceReport,
  system: NodeSystem,
  limits: GivenFeeLimits = {},
): string {
  const { outcome } = report;
  const track = (paymentHash: PaymentHash): string => trackCommand(system, paymentHash);
  switch (outcome.kind) {
    case 'settled': {
      const paid = { feeMsat: report.feePaidMsat, amountMsat: report.movedMsat };
      if (report.movedMsat === 0n) {
        return (
          `Settled, but nothing moved: the payment came back over the channel that it left by, ` +
          `for ${grouped(report.feePaidMsat)} msat.`
        );
      }
      const elsewhere =
        report.arrivedAsAsked === false ? ', over another channel than asked for' : '';
      return (
        `Settled: ${satFromMsat(report.movedMsat)} sat moved for ${grouped(report.feePaidMsat)} msat ` +
        `(${ppm(paid)} ppm) in ${counted(report.attempts.length, 'attempt')} and ${seconds(report.durationMs)}${elsewhere}.` +
        (outcome.endedBy === null ? '' : ` Not more: ${whyNot(outcome.endedBy)}`)
      );
    }
    case 'probed':
      return outcome.largestMsat === 0n
        ? 'Probed: nothing can pass. Nothing was paid.'
        : `Probed: ${satFromMsat(outcome.largestMsat)} sat can pass, for ${grouped(outcome.feeMsat)} msat. Nothing was paid.`;
    case 'dry_run': {
      const { quote } = outcome;
      return (
        `Dry run: ${satFromMsat(quote.amountMsat)} sat would cost ${grouped(quote.feeMsat)} msat ` +
        `(${ppm(quote)} ppm). Nothing was sent.`
      );
    }
    case 'in_flight':
      return `Still in flight: ${outcome.message} (${track(outcome.paymentHash)}).`;
    case 'blocked':
      return `Not settled (blocked): ${outcome.message} (${outcome.payments.map(track).join(', ')}).`;
    case 'fee_limit':
      return notSettled(outcome.kind, feeLimitText(outcome, limits));
    case 'no_route':
      return notSettled(outcome.kind, noRouteText(outcome.reason, limits));
    case 'attempts_exhausted':
    case 'deadline':
    case 'aborted':
    case 'interrupted':
    case 'budget':
    case 'unsteerable':
    case 'unlikely':
    case 'refused':
    case 'node_error':
    case 'store_error':
    case 'internal_error':
      return notSettled(outcome.kind, outcome.message);
  }
}

function whyNot(outcome: RebalanceReport['outcome']): string {
  return 'message' in outcome ? outcome.message : outcome.kind;
}

const notSettled = (kind: string, why: string): string =>
  `Not settled (${kind.replaceAll('_', ' ')}): ${why}`;

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;
