/** A scenario that the given network cannot host says so, in a line of its own. */
import type { TestContext } from 'vitest';

export function skip(context: TestContext, why: string): never {
  process.stdout.write(`skipped: ${context.task.name}: ${why}\n`);
  context.skip(why);
  throw new Error('not reached: skip throws');
}

/** The first that there is, or the scenario is skipped. */
export function firstOr<T>(found: readonly T[], context: TestContext, why: string): T {
  return found.length > 0 ? found[0]! : skip(context, why);
}

export const NO_CIRCLE =
  'among the given nodes there is no circle of public channels, one between each two nodes, with enough balance all the way round';
