/** What one test of the interop suites did, in figures; the interop reporter adds them up over all processes. */
import type { TestContext } from 'vitest';

export interface TallyFigures {
  readonly suite: string;
  readonly sent: number;
  readonly settled: number;
  /** Refused at the place and with the code that was foreseen. */
  readonly refused: number;
  /** Compared without being sent. */
  readonly compared: number;
  /** Largest difference of any amount from Ballast's. */
  readonly differenceMsat: number;
}

declare module 'vitest' {
  interface TaskMeta {
    tally?: TallyFigures;
  }
}

export class Tally {
  readonly suite: string;
  sent = 0;
  settled = 0;
  refused = 0;
  compared = 0;
  #differenceMsat = 0n;

  constructor(suite: string) {
    this.suite = suite;
  }

  /** Notes how far a figure of theirs is from ours. */
  amounts(theirs: bigint, ours: bigint): void {
    const difference = theirs < ours ? ours - theirs : theirs - ours;
    if (difference > this.#differenceMsat) this.#differenceMsat = difference;
  }

  get differenceMsat(): number {
    return Number(this.#differenceMsat);
  }

  /** Prints the figures, and leaves them with the test for the reporter. */
  report({ task }: Pick<TestContext, 'task'>): void {
    const { suite, sent, settled, refused, compared, differenceMsat } = this;
    task.meta.tally = { suite, sent, settled, refused, compared, differenceMsat };
    process.stdout.write(`${tallyLine(task.meta.tally)}\n`);
  }
}

export function tallyLine(figures: TallyFigures): string {
  const parts = [
    figures.sent > 0 ? `${figures.sent} payments sent` : '',
    figures.settled > 0 ? `${figures.settled} settled` : '',
    figures.refused > 0 ? `${figures.refused} refused as expected` : '',
    figures.compared > 0 ? `${figures.compared} compared` : '',
    `largest difference ${figures.differenceMsat} msat`,
  ];
  return `${figures.suite}: ${parts.filter((part) => part !== '').join(', ')}`;
}
