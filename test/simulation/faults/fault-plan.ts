/** Which faults a seed has, and how often. Each seed leaves many out: a storm of everything hides what few faults do. */
import type { SeededRandom } from '../../../src/sim/random.ts';
import { drawKills, type KillTrigger } from './kill-switch.ts';

/** Chance per call, between 0 and 1. */
interface CallFaultRates {
  readonly lostBefore: number;
  readonly lostDuring: number;
  readonly lostAfter: number;
  readonly late: number;
  /** Of payments: lnd begins one and then fails to register its attempt. */
  readonly stillborn: number;
  /** The same, but it takes its time over the attempt. */
  readonly slowBegin: number;
}

interface StoreFaultRates {
  readonly refused: number;
  readonly refusedYetWritten: number;
  /** Of refusals: the store closes itself, as it does after an I/O error. */
  readonly closesItself: number;
  readonly unreadable: number;
}

/** How often they strike, on average. */
export interface NetworkFaultRates {
  readonly connectionLoss: number;
  readonly restart: number;
  readonly notSynced: number;
  readonly stuck: number;
  readonly slow: number;
  readonly offline: number;
  readonly linkDown: number;
  readonly policy: number;
  readonly silentPolicy: number;
  readonly staleGraph: number;
  readonly clockForward: number;
  readonly clockBackward: number;
  readonly block: number;
}

/** What becomes of a call on its way. */
export type CallFate = 'answered' | 'lost_before' | 'lost_during' | 'lost_after' | 'late';

/** One fault at one place: the n-th call to the node, or the n-th commit, counted from 0. */
export type ExactFault =
  | { readonly port: 'node'; readonly number: number; readonly fate: CallFate }
  | {
      readonly port: 'store';
      readonly number: number;
      readonly fate: 'refused' | 'refused_yet_written';
    };

export interface FaultPlan {
  readonly theme: Theme;
  /** Milliseconds from the start in which faults strike; then all heals and everything must end. */
  readonly untilMs: number;
  readonly calls: CallFaultRates;
  readonly store: StoreFaultRates;
  readonly network: NetworkFaultRates;
  readonly kills: readonly KillTrigger[];
  /** Milliseconds from the start at which the process is killed, whatever it is doing. */
  readonly killTimes: readonly number[];
  /** Shares of peers with such ways. */
  readonly siblingShare: number;
  readonly skimShare: number;
  readonly exactly: ExactFault | null;
  /** The longest that a call or a commit takes. */
  readonly latencyMs: number;
}

const NO_CALL_FAULTS: CallFaultRates = {
  lostBefore: 0,
  lostDuring: 0,
  lostAfter: 0,
  late: 0,
  stillborn: 0,
  slowBegin: 0,
};
const NO_STORE_FAULTS: StoreFaultRates = {
  refused: 0,
  refusedYetWritten: 0,
  closesItself: 0,
  unreadable: 0,
};
const NO_NETWORK_FAULTS: NetworkFaultRates = {
  connectionLoss: 0,
  restart: 0,
  notSynced: 0,
  stuck: 0,
  slow: 0,
  offline: 0,
  linkDown: 0,
  policy: 0,
  silentPolicy: 0,
  staleGraph: 0,
  clockForward: 0,
  clockBackward: 0,
  block: 0,
};

/** A plan in which nothing goes wrong. */
export const NO_FAULTS: FaultPlan = {
  theme: 'everything',
  untilMs: 600_000,
  calls: NO_CALL_FAULTS,
  store: NO_STORE_FAULTS,
  network: NO_NETWORK_FAULTS,
  kills: [],
  killTimes: [],
  siblingShare: 0,
  skimShare: 0,
  exactly: null,
  latencyMs: 20,
};

/** What a seed looks into. Faults drawn all alike seldom meet in the way that does harm. */
export type Theme =
  | 'everything'
  | 'late sends'
  | 'unknown outcomes'
  | 'calendar'
  | 'outages'
  | 'failing disk';

/** A theme's own rates, in place of what was drawn. */
const THEMES: Record<
  Theme,
  {
    readonly calls?: Partial<CallFaultRates>;
    readonly store?: Partial<StoreFaultRates>;
    readonly network?: Partial<NetworkFaultRates>;
  }
> = {
  everything: {},
  'late sends': {
    calls: { late: 0.5, slowBegin: 0.2, stillborn: 0.05 },
    network: { silentPolicy: 20 },
  },
  'unknown outcomes': {
    calls: { lostDuring: 0.6, slowBegin: 0.1 },
    network: { stuck: 6, slow: 4, silentPolicy: 12 },
  },
  calendar: { network: { clockForward: 3, clockBackward: 3 } },
  'failing disk': {
    store: { refused: 0.06, refusedYetWritten: 0.06, closesItself: 0.3, unreadable: 0.1 },
  },
  outages: { network: { restart: 4, connectionLoss: 4, stuck: 3 } },
};

export function drawFaultPlan(random: SeededRandom): FaultPlan {
  const theme = random.pick([
    'everything',
    'everything',
    'late sends',
    'unknown outcomes',
    'calendar',
    'outages',
    'failing disk',
  ] as const);
  // With a theme the rest stays in the background, so that the work goes on.
  const absent = theme === 'everything' ? 0.55 : 0.85;
  const rate = (most: number): number =>
    random.chance(absent) ? 0 : most * random.pick([0.1, 0.4, 1]);
  const rates = <T extends object>(most: T): T =>
    Object.fromEntries(
      Object.entries(most).map(([name, value]) => [name, rate(value as number)]),
    ) as T;
  const untilMs = random.pick([3_000, 20_000, 60_000, 300_000]);
  const killCount = random.pick(theme === 'calendar' ? [1, 3] : [0, 0, 1, 3]);
  const killTimes = Array.from({ length: killCount }, () => random.below(untilMs));
  const { calls, store, network } = THEMES[theme];
  return {
    theme,
    untilMs,
    killTimes,
    calls: { ...rates(MOST_CALL_FAULTS), ...calls },
    store: {
      ...rates({ refused: 0.08, refusedYetWritten: 0.08, closesItself: 0.5, unreadable: 0.1 }),
      ...store,
    },
    network: { ...rates(MOST_NETWORK_FAULTS), ...network },
    kills: random.chance(0.5) ? drawKills(random) : [],
    siblingShare: rate(0.6),
    skimShare: rate(0.3),
    exactly: null,
    latencyMs: random.pick([1, 5, 30, 200]),
  };
}

const MOST_CALL_FAULTS: CallFaultRates = {
  lostBefore: 0.15,
  lostDuring: 0.3,
  lostAfter: 0.15,
  late: 0.3,
  stillborn: 0.1,
  slowBegin: 0.1,
};

const MOST_NETWORK_FAULTS: NetworkFaultRates = {
  connectionLoss: 8,
  restart: 4,
  notSynced: 3,
  stuck: 6,
  slow: 4,
  offline: 4,
  linkDown: 4,
  policy: 20,
  silentPolicy: 20,
  staleGraph: 3,
  clockForward: 3,
  clockBackward: 3,
  block: 4,
};
