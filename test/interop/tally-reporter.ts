/** Adds up what the interop suites did, each in a process of its own, and prints it at the end. */
import type { Reporter, TestModule } from 'vitest/node';
import { type TallyFigures, tallyLine } from './tally.ts';

export class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tallies = modules.flatMap((module) =>
      [...module.children.allTests()].flatMap((test) => test.meta().tally ?? []),
    );
    if (tallies.length === 0) return;
    const suites = [...Map.groupBy(tallies, ({ suite }) => suite)].map(([suite, of]) =>
      addedUp(suite, of),
    );
    const lines = [...suites, addedUp('all together', tallies)].map(
      (tally) => `  ${tallyLine(tally)}`,
    );
    process.stdout.write(`\nAgainst code that others wrote:\n${lines.join('\n')}\n`);
  }
}

function addedUp(suite: string, tallies: readonly TallyFigures[]): TallyFigures {
  const sum = (figure: (tally: TallyFigures) => number): number =>
    tallies.reduce((total, tally) => total + figure(tally), 0);
  return {
    suite,
    sent: sum(({ sent }) => sent),
    settled: sum(({ settled }) => settled),
    refused: sum(({ refused }) => refused),
    compared: sum(({ compared }) => compared),
    differenceMsat: Math.max(...tallies.map(({ differenceMsat }) => differenceMsat)),
  };
}
