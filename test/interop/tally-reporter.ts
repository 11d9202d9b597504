/** Adds up what the interop suites did, each in a process of its own, and prints it at the end. */
import type { Reporter, TestModule } from 'vitest/node';
import { type TallyFigures, tallyLine } from './tally.ts';

export class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tallies = modules.flatMap((module) =>
      [...module.children.allTests()].flatMap((test) => test.meta().tally ?? []),
    );
    if (tallies.length === 0) return;
    const sum = (figure: (tally: TallyFigures) => number): number =>
      tallies.reduce((total, tally) => total + figure(tally), 0);
    const total = {
      suite: 'all together',
      sent: sum(({ sent }) => sent),
      settled: sum(({ settled }) => settled),
      refused: sum(({ refused }) => refused),
      compared: sum(({ compared }) => compared),
      differenceMsat: Math.max(...tallies.map(({ differenceMsat }) => differenceMsat)),
    };
    const lines = [...tallies, total].map((tally) => `  ${tallyLine(tally)}`);
    process.stdout.write(`\nAgainst code that others wrote:\n${lines.join('\n')}\n`);
  }
}
