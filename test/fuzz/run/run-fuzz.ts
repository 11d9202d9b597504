/** Many cases of many targets: so many of each, or for so long. */
import { availableParallelism } from 'node:os';
import type { FuzzEntry } from '../entries.ts';
import { CaseInputs } from '../input/case-input.ts';
import { type Finding, NO_CASES, type Tally, together } from './messages.ts';
import { WARDEN_LIMITS, Warden, type WardenLimits } from './warden.ts';

export interface FuzzTerms {
  readonly seed: number;
  /** `cases` of each target, beginning with `from`; or whatever fits into `ms`, every target about as long. */
  readonly extent:
    | { readonly from: number; readonly cases: (entry: FuzzEntry) => number }
    | { readonly ms: number };
  readonly limits?: Partial<WardenLimits>;
  readonly onFinding?: (finding: TargetFinding) => void;
}

export interface TargetFinding extends Finding {
  readonly target: string;
  readonly seed: number;
}

export interface FuzzResult {
  readonly seed: number;
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly findings: readonly TargetFinding[];
}

/** One target keeps a runner for so long; starting is a second's work. */
const SLICE_MS = 3_000;
const MOST_LANES = 4;
/** A batch that ends by the clock. */
const ENDLESS = 1_000_000;

interface Course {
  readonly entry: FuzzEntry;
  readonly inputs: CaseInputs;
  tally: Tally;
  next: number;
  spentMs: number;
  busy: boolean;
}

export async function runFuzz(
  entries: readonly FuzzEntry[],
  terms: FuzzTerms,
): Promise<FuzzResult> {
  const { seed, extent } = terms;
  const findings: TargetFinding[] = [];
  const courses = entries.map(
    (entry): Course => ({
      entry,
      inputs: new CaseInputs(entry.target),
      tally: NO_CASES,
      next: 'from' in extent ? extent.from : 0,
      spentMs: 0,
      busy: false,
    }),
  );
  const isTimed = 'ms' in extent;
  const endsMs = isTimed ? performance.now() + extent.ms : Number.POSITIVE_INFINITY;
  const lanes = isTimed ? Math.min(MOST_LANES, availableParallelism(), entries.length) : 1;
  const lane = async (): Promise<void> => {
    let course: Course | undefined;
    const warden = new Warden({ ...WARDEN_LIMITS, ...terms.limits }, (finding) => {
      const told = { ...finding, target: course?.entry.target.name ?? '', seed };
      // Another runner has found it already.
      if (findings.some((known) => isAlike(known, told))) return;
      findings.push(told);
      terms.onFinding?.(told);
    });
    try {
      for (;;) {
        course = nextCourse(courses, isTimed);
        if (course === undefined || performance.now() >= endsMs) return;
        await turn(course, { warden, seed, extent, endsMs });
      }
    } finally {
      warden.close();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const tallies = new Map(courses.map(({ entry, tally }) => [entry.target.name, tally]));
  return { seed, tallies, findings };
}

const isAlike = (one: TargetFinding, other: TargetFinding): boolean =>
  one.target === other.target && one.kind === other.kind && one.signature === other.signature;

/** By cases each target once; by time whichever had least of it. */
function nextCourse(courses: readonly Course[], isTimed: boolean): Course | undefined {
  const free = courses.filter(({ busy, tally }) => !busy && (isTimed || tally.cases === 0));
  return free.reduce<Course | undefined>(
    (least, course) => (least === undefined || course.spentMs < least.spentMs ? course : least),
    undefined,
  );
}

async function turn(
  course: Course,
  given: Pick<FuzzTerms, 'seed' | 'extent'> & {
    readonly warden: Warden;
    readonly endsMs: number;
  },
): Promise<void> {
  const { entry, inputs, next } = course;
  const { warden, seed, extent, endsMs } = given;
  const beganMs = performance.now();
  const isTimed = 'ms' in extent;
  course.busy = true;
  const tally = await warden.run({
    module: entry.module,
    inputs,
    seed,
    from: next,
    count: isTimed ? ENDLESS : extent.cases(entry),
    mostMs: isTimed ? Math.min(SLICE_MS, endsMs - beganMs) : null,
  });
  course.busy = false;
  course.tally = together(course.tally, tally);
  course.next += tally.cases;
  course.spentMs += performance.now() - beganMs;
}
