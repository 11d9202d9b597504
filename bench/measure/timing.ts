/** Times several contenders on the same queries, side by side, so that a busy minute of the machine hits all alike. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Contender<Answer = unknown> {
  readonly name: string;
  /** Queries whose answer, a route or none, is not proven best; filled by `cost`. */
  readonly unproven?: ReadonlySet<number>;
  /** The part that is timed. */
  find(query: number): Answer;
  /** The answer's true cost in msat, or `null` where it is none or not valid. Not timed. */
  cost(answer: Answer, query: number): number | null;
}

export interface TimingOptions {
  readonly queries: number;
  /** Times that each query is answered, unless it takes longer than `SLOW_MS`. */
  readonly repetitions: number;
  /** How long each contender answers queries before the clock is looked at. */
  readonly warmUpMs: number;
}

export interface Timed {
  readonly name: string;
  readonly unproven: number;
  /** By query: the median over the repetitions, and the cost. */
  readonly timesMs: Float64Array;
  readonly costs: readonly (number | null)[];
}

/** Answers that take longer are timed once: what disturbs a measurement is small beside them. */
const SLOW_MS = 25;
/** Queries that a contender answers in a row before it is the next one's turn. */
const BLOCK = 20;
/** Only answers up to here, with a route, are given again untimed. */
const QUICK_MS = 5;

/** What is known of a contender while it is measured. */
interface Course {
  readonly contender: Contender;
  readonly samples: number[][];
  readonly costs: (number | null)[];
  /** The latest queries that it answered quickly with a route, as many as a block has. */
  readonly quick: number[];
}

/**
 * Contenders take turns block by block of queries, so that whatever the machine does meanwhile hits all alike; query
 * by query would charge the fast ones with the caches that the slow ones before them emptied. For the same reason a
 * contender answers some queries untimed when its turn comes.
 */
export function timeContenders(contenders: readonly Contender[], options: TimingOptions): Timed[] {
  const { queries, repetitions, warmUpMs } = options;
  const courses = contenders.map((contender) => newCourse(contender, queries));
  for (const course of courses) warmUp(course, queries, warmUpMs);
  for (let repetition = 0; repetition < repetitions; repetition++) {
    collectGarbage();
    for (let first = 0; first < queries; first += BLOCK) {
      for (const course of courses) answerBlock(course, first, Math.min(first + BLOCK, queries));
    }
  }
  return courses.map(({ contender, samples, costs }) => ({
    name: contender.name,
    unproven: contender.unproven?.size ?? 0,
    timesMs: Float64Array.from(samples, median),
    costs,
  }));
}

function newCourse(contender: Contender, queries: number): Course {
  return {
    contender,
    samples: Array.from({ length: queries }, () => []),
    costs: new Array<number | null>(queries).fill(null),
    quick: [],
  };
}

function warmUp(course: Course, queries: number, warmUpMs: number): void {
  const start = performance.now();
  for (let query = 0; performance.now() - start < warmUpMs; query = (query + 1) % queries) {
    ask(course, query);
  }
}

function answerBlock(course: Course, first: number, end: number): void {
  const { contender, samples, costs, quick } = course;
  for (const query of quick) contender.find(query);
  for (let query = first; query < end; query++) {
    const known = samples[query]!;
    if (known.length > 0 && known[0]! > SLOW_MS) continue;
    const { elapsedMs, cost } = ask(course, query);
    if (known.length === 0) costs[query] = cost;
    known.push(elapsedMs);
    // A long search, above all one for a reason why there is no route, may have pushed the amount's view out.
    if (elapsedMs > SLOW_MS && quick.length > 0) contender.find(quick.at(-1)!);
  }
}

function ask(
  { contender, quick }: Course,
  query: number,
): { elapsedMs: number; cost: number | null } {
  const start = performance.now();
  const answer = contender.find(query);
  const elapsedMs = performance.now() - start;
  const cost = contender.cost(answer, query);
  if (elapsedMs < QUICK_MS && cost !== null) {
    quick.push(query);
    if (quick.length > BLOCK) quick.shift();
  }
  return { elapsedMs, cost };
}

function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1]!;
}

let collect: (() => void) | undefined;

/** So that nobody pays for what was left behind before. */
function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
