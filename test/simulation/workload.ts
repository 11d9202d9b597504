/** What the callers of a seed ask for, and when. */
import type { SeededRandom } from '../../src/sim/random.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import type { FaultPlan, Theme } from './faults/fault-plan.ts';
import type { OwnEnd, World } from './world.ts';

type Arrival = 'strict' | 'report';

export interface Asked {
  /** Milliseconds from the start. */
  readonly atMs: number;
  /** Milliseconds after it was asked for; `null`: never. */
  readonly abortAfterMs: number | null;
  readonly purpose: 'rebalance' | 'probe';
  readonly request: AskedRequest;
  /** Own channels that `to` names. */
  readonly inChannels: readonly ChannelId[];
}

interface AskedRequest {
  readonly from: string;
  readonly to: string | readonly string[];
  readonly amountMsat: bigint;
  readonly minAmountMsat?: bigint;
  readonly totalMsat?: bigint;
  readonly maxFeeMsat?: bigint;
  readonly maxFeePpm?: number;
  readonly maxAttempts: number;
  readonly deadlineMs: number;
  readonly arrival?: Arrival;
}

/** Of fees, in msat: on each channel, on each pair of channels, on all together. */
export interface BudgetLimits {
  readonly allMsat?: bigint;
  readonly perChannelMsat?: bigint;
  readonly perPairMsat?: bigint;
}

export interface Budget {
  readonly ever?: BudgetLimits;
  readonly perDay?: BudgetLimits;
}

export interface Workload {
  readonly asked: readonly Asked[];
  readonly budget: Budget | undefined;
  readonly maxConcurrent: number;
  readonly maxAttemptsPerMinute: number | undefined;
  readonly graceMs: number;
  readonly graphMaxAgeMs: number;
  readonly cleanUp: boolean;
}

/** Much is paid in these, so that limits bind. */
const BUSY_THEMES: ReadonlySet<Theme> = new Set(['unknown outcomes', 'calendar']);

export function drawWorkload(
  random: SeededRandom,
  world: World,
  { theme, untilMs }: FaultPlan,
): Workload {
  const isBusy = BUSY_THEMES.has(theme);
  const count = isBusy ? 8 + random.below(5) : 1 + random.below(random.pick([3, 12, 12]));
  // All at once, or one after another for as long as faults strike.
  const shares = theme === 'calendar' ? [0.9] : [0, 0.05, 0.3, 0.9];
  const spreadMs = Math.max(1, Math.floor(untilMs * random.pick(shares)));
  const asked = Array.from({ length: count }, () => drawAsked(random, world, { spreadMs, isBusy }));
  const purposes = random.fork('purposes');
  const mix: Mix = {
    probes: purposes.pick([0, 0, 0, 0.4]),
    repeats: purposes.pick([0, 0, 0.7]),
  };
  return {
    asked: asked.map((one) => withPurpose(one, purposes, mix)),
    cleanUp: purposes.chance(0.3),
    budget: drawBudget(random, theme),
    maxConcurrent: random.pick([1, 2, 4, 12]),
    maxAttemptsPerMinute: random.chance(0.3) ? random.pick([2, 10, 60]) : undefined,
    graceMs: random.pick([0, 500, 15_000]),
    graphMaxAgeMs: random.pick([1_000, 60_000, 600_000]),
  };
}

function drawAsked(
  random: SeededRandom,
  { ownChannels, network }: World,
  { spreadMs, isBusy }: { readonly spreadMs: number; readonly isBusy: boolean },
): Asked {
  const from = mostly(random, ownChannels, ({ channelId }) => ourShare(network, channelId) > 0.4);
  const back = mostly(
    random,
    ownChannels.filter(({ peer }) => peer !== from.peer),
    ({ channelId }) => ourShare(network, channelId) < 0.6,
  );
  const wholePeer = random.chance(0.3);
  const amountMsat = BigInt(1000 * (5_000 + random.below(random.pick([40_000, 40_000, 400_000]))));
  const inChannels = wholePeer ? ownWith(ownChannels, back) : [back.channelId];
  return {
    atMs: random.below(spreadMs),
    abortAfterMs: random.chance(0.2) ? random.below(random.pick([200, 20_000])) : null,
    inChannels,
    purpose: 'rebalance',
    request: {
      from: from.channelId,
      to: wholePeer ? back.peer : back.channelId,
      amountMsat,
      ...(random.chance(0.5) ? { minAmountMsat: amountMsat / 20n } : {}),
      ...(isBusy ? { maxFeePpm: 50_000 } : drawFeeLimit(random, amountMsat)),
      maxAttempts: random.pick([1, 5, 10]),
      deadlineMs: random.pick([3_000, 20_000, 120_000, 600_000]),
      ...drawArrival(random),
    },
  };
}

/** Shares of what is asked for. */
interface Mix {
  readonly probes: number;
  /** Of the rest: more than one payment. */
  readonly repeats: number;
}

function withPurpose(asked: Asked, random: SeededRandom, { probes, repeats }: Mix): Asked {
  if (random.chance(probes)) return { ...asked, purpose: 'probe' };
  if (!random.chance(repeats)) return asked;
  const { request } = asked;
  const totalMsat = (request.amountMsat * BigInt(10 + random.below(40))) / 10n;
  return { ...asked, request: { ...request, totalMsat } };
}

/** One that is meant for it, where there is one; at times any. */
function mostly<T>(random: SeededRandom, items: readonly T[], isMeant: (item: T) => boolean): T {
  const meant = items.filter(isMeant);
  return random.pick(meant.length === 0 || random.chance(0.1) ? items : meant);
}

/** Of the channel's capacity; we are the first end of all of ours. */
function ourShare(network: World['network'], channelId: ChannelId): number {
  const { balance1Msat, balance2Msat } = network.balances(channelId);
  return Number(balance1Msat) / Number(balance1Msat + balance2Msat);
}

const ownWith = (ownChannels: readonly OwnEnd[], { peer }: OwnEnd): ChannelId[] =>
  ownChannels.filter((own) => own.peer === peer).map(({ channelId }) => channelId);

function drawFeeLimit(
  random: SeededRandom,
  amountMsat: bigint,
): Pick<AskedRequest, 'maxFeeMsat' | 'maxFeePpm'> {
  const maxFeePpm = random.pick([300, 3000, 20_000, 50_000]);
  const maxFeeMsat = (amountMsat * BigInt(random.pick([300, 3000, 20_000, 30_000]))) / 1_000_000n;
  if (random.chance(0.5)) return { maxFeePpm };
  return random.chance(0.5) ? { maxFeeMsat } : { maxFeePpm, maxFeeMsat };
}

function drawArrival(random: SeededRandom): Pick<AskedRequest, 'arrival'> {
  const arrival = random.pick(['strict', 'strict', 'report', undefined] as const);
  return arrival === undefined ? {} : { arrival };
}

/** Most bind after a few payments, some at once. */
function drawBudget(random: SeededRandom, theme: Theme): Budget | undefined {
  if (BUSY_THEMES.has(theme))
    return { perDay: { allMsat: BigInt(random.pick([20_000, 60_000, 200_000])) } };
  if (random.chance(0.4)) return undefined;
  const limit = (): bigint => BigInt(random.pick([5_000, 50_000, 200_000, 1_000_000, 5_000_000]));
  const limits = (): BudgetLimits => ({
    ...(random.chance(0.5) ? { allMsat: limit() } : {}),
    ...(random.chance(0.4) ? { perChannelMsat: limit() } : {}),
    ...(random.chance(0.4) ? { perPairMsat: limit() } : {}),
  });
  return {
    ...(random.chance(0.6) ? { ever: limits() } : {}),
    ...(random.chance(0.6) ? { perDay: limits() } : {}),
  };
}
