import { describe, expect, it } from 'vitest';
import { EXIT, EXIT_CODES_HELP, exitCodeOf } from '../../src/cli/exit-codes.ts';
import type { RebalanceOutcome } from '../../src/engine/index.ts';

const EXPECTED: Record<RebalanceOutcome['kind'], number> = {
  settled: 0,
  dry_run: 0,
  probed: 0,
  fee_limit: 3,
  budget: 3,
  unsteerable: 3,
  no_route: 3,
  unlikely: 3,
  attempts_exhausted: 4,
  deadline: 4,
  interrupted: 4,
  aborted: 4,
  refused: 4,
  // Money may be under way: nothing else may share their code.
  in_flight: 5,
  blocked: 5,
  node_error: 6,
  store_error: 1,
  internal_error: 1,
};

describe('exitCodeOf', () => {
  it.each(Object.entries(EXPECTED))('%s ends with %i', (kind, exit) => {
    expect(exitCodeOf({ kind } as RebalanceOutcome)).toBe(exit);
  });
});

describe('the help', () => {
  it('lists every exit code', () => {
    const listed = [...EXIT_CODES_HELP.matchAll(/^ {2}(\d) {2}/gm)].map(([, code]) => Number(code));
    expect(listed).toEqual(Object.values(EXIT));
  });
});
