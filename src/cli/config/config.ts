/** A configuration in the terms of the engine. */
import type {
  ChannelRule,
  ChannelSettings,
  FeeBudget,
  JustInTimeOptions,
  PlanRequest,
  RebalancerOptions,
  RunOptions,
} from '../../engine/index.ts';
import { isNodeId, parseChannelId, tryParseChannelId } from '../../units/ids.ts';
import type { LogLevel } from '../log/pino-log.ts';
import { chosenAccess, type NodeAccess } from '../node-access/chosen-access.ts';
import { accessOptionsOf, NODE_NAMES } from './node-names.ts';
import type {
  BudgetTable,
  ChannelsTable,
  DemandTable,
  JustInTimeTable,
  LimitsTable,
  LogTable,
  MetricsTable,
  NodeTable,
  PlanTable,
  RunTable,
  SettingsTable,
  StoreTable,
} from './sections.ts';
import type { HostAndPort } from './value-kinds.ts';

/** The tables as they were read. */
export interface Tables {
  readonly node: NodeTable;
  readonly store: StoreTable;
  readonly budget: BudgetTable;
  readonly limits: LimitsTable;
  readonly plan: PlanTable;
  readonly channels: readonly ChannelsTable[];
  readonly tags: Readonly<Record<string, readonly string[]>>;
  readonly run: RunTable;
  readonly demand: DemandTable;
  readonly just_in_time: JustInTimeTable;
  readonly metrics: MetricsTable;
  readonly log: LogTable;
}

export interface Config {
  readonly node: NodeAccess;
  readonly store: { readonly path: string | undefined; readonly maxBytes: number | undefined };
  readonly budget: FeeBudget;
  readonly limits: Pick<
    RebalancerOptions,
    | 'maxConcurrent'
    | 'maxAttemptsPerMinute'
    | 'maxPerChannel'
    | 'maxPerPeer'
    | 'freeSlots'
    | 'graceMs'
    | 'cleanUp'
  >;
  readonly plan: PlanRequest;
  readonly run: Pick<
    RunOptions,
    'intervalMs' | 'maxMovesPerRound' | 'planInThread' | 'watchDemand'
  >;
  readonly dryRun: boolean;
  readonly justInTime: JustInTimeOptions | false;
  readonly metrics: HostAndPort | undefined;
  readonly log: { readonly level: LogLevel; readonly file: string | undefined };
}

const BYTES_PER_MB = 1_000_000;

export function configOf(tables: Tables): Config {
  const { node, store, limits, run, demand, metrics, log } = tables;
  return {
    node: chosenAccess(accessOptionsOf(node), NODE_NAMES),
    store: {
      path: store.path,
      maxBytes: store.max_mb === undefined ? undefined : store.max_mb * BYTES_PER_MB,
    },
    budget: budgetOf(tables.budget),
    limits: given({
      maxConcurrent: limits.rebalances_at_once,
      maxAttemptsPerMinute: limits.attempts_per_minute,
      maxPerChannel: limits.payments_per_channel,
      maxPerPeer: limits.payments_per_peer,
      freeSlots: limits.free_slots,
      graceMs: limits.grace,
      cleanUp: limits.clean_up,
    }),
    plan: planOf(tables),
    run: given({
      intervalMs: run.interval,
      maxMovesPerRound: run.max_moves,
      planInThread: run.own_thread,
      watchDemand: demand.watch,
    }),
    dryRun: run.dry_run ?? false,
    justInTime: justInTimeOf(tables.just_in_time),
    metrics: metrics.listen,
    log: { level: log.level ?? 'info', file: log.file },
  };
}

function budgetOf(budget: Tables['budget']): FeeBudget {
  return {
    perDay: given({
      allMsat: budget.per_day,
      perChannelMsat: budget.per_day_and_channel,
      perPairMsat: budget.per_day_and_pair,
    }),
    ever: given({
      allMsat: budget.ever,
      perChannelMsat: budget.ever_per_channel,
      perPairMsat: budget.ever_per_pair,
    }),
  };
}

function planOf({ plan, channels, tags }: Tables): PlanRequest {
  const rules = channels.map(
    ({ names, ...settings }): ChannelRule => ({ channels: names, ...settingsOf(settings) }),
  );
  return given({
    strategy: plan.strategy,
    settings: settingsOf(plan),
    rules: rules.length === 0 ? undefined : rules,
    tags,
    include: plan.include,
    exclude: plan.exclude,
    sources: plan.sources,
    targets: plan.targets,
    horizonMs: plan.horizon,
    fillAheadMs: plan.fill_ahead,
    forecastShare: plan.forecast_share,
    historyMs: plan.history,
    halfLifeMs: plan.half_life,
    amountsMsat: plan.amounts,
    minAmountMsat: plan.min_amount,
    minBenefitMsat: plan.min_benefit,
    attemptCostMsat: plan.attempt_cost,
    attemptCostPpm: plan.attempt_cost_ppm,
    maxMoves: plan.max_moves,
    quietMs: plan.quiet,
    maxQuietMs: plan.max_quiet,
    maxCltvBlocks: plan.max_cltv_blocks,
    avoid: plan.avoid === undefined ? undefined : avoidOf(plan.avoid),
  });
}

const settingsOf = (settings: SettingsTable): ChannelSettings =>
  given({
    use: settings.use,
    targetRatio: settings.target_ratio,
    minRatio: settings.min_ratio,
    maxRatio: settings.max_ratio,
    maxFeePpm: settings.max_fee_ppm,
    earnedShare: settings.earned_share,
    coolDownMs: settings.cool_down,
  });

/** Every name is one or the other by now. */
function avoidOf(avoided: readonly string[]): NonNullable<PlanRequest['avoid']> {
  const nodes = avoided.map((name) => name.trim().toLowerCase()).filter(isNodeId);
  const channels = avoided
    .filter((name) => tryParseChannelId(name) !== undefined)
    .map(parseChannelId);
  return { nodes, channels };
}

function justInTimeOf(table: Tables['just_in_time']): JustInTimeOptions | false {
  if (table.enabled !== true) return false;
  return given({
    holdMs: table.hold,
    cltvMarginBlocks: table.cltv_margin_blocks,
    mostHeld: table.most_held,
    minGainMsat: table.min_gain,
    keepShare: table.keep_share,
    leaveOut: table.leave_out?.map((id) => parseChannelId(id)),
    stakeMsat: table.stake,
    earnedShare: table.earned_share,
  });
}

type Given<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> };

const given = <T extends object>(fields: T): Given<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
