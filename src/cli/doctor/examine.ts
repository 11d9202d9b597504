/** Looks at one thing after another, and waits for none of them for ever. */
import { NodeError } from '../../node/node-error.ts';
import { EXIT } from '../exit-codes.ts';
import { blocked, type Check, type Finding, failed, failedBy } from './check.ts';
import type { SetUp } from './set-up.ts';

const DEADLINE_MS = 30_000;

export type Examined = Finding & { readonly id: string };

/**
 * @param tell Told of each finding when it is known.
 * @returns All of them, in the order of the checks.
 */
export async function examine(
  checks: readonly Check[],
  setUp: SetUp,
  tell: (examined: Examined) => void,
): Promise<readonly Examined[]> {
  const all: Examined[] = [];
  /** Why what needs these makes no sense. */
  const broken = new Map<string, string>();
  for (const check of checks) {
    const why = check.needs.map((id) => broken.get(id)).find((reason) => reason !== undefined);
    const finding =
      why === undefined
        ? await withDeadline(check, setUp)
        : blocked(`without ${why} it cannot be told`);
    if (finding.status === 'failed' || (finding.status === 'skipped' && finding.blocks)) {
      broken.set(check.id, why ?? check.id.replaceAll('_', ' '));
    }
    const examined = { id: check.id, ...finding };
    all.push(examined);
    tell(examined);
  }
  return all;
}

async function withDeadline(
  { look, deadlineMs = DEADLINE_MS }: Check,
  setUp: SetUp,
): Promise<Finding> {
  const { promise, resolve } = Promise.withResolvers<Finding>();
  const timer = setTimeout(() => {
    resolve(
      failed(`there was no answer within ${deadlineMs / 1000} s`, {
        exit: EXIT.node,
        fix: 'look after the load of the node and the way to it, and try again',
      }),
    );
  }, deadlineMs);
  try {
    return await Promise.race([look(setUp), promise]);
  } catch (error) {
    // One that fails in an unforeseen way must not keep the others from being told.
    if (error instanceof NodeError) return failedBy(error.message, EXIT.node);
    const message = error instanceof Error ? error.message : String(error);
    return failed(`a fault of Ballast: ${message}`, { exit: EXIT.internal });
  } finally {
    clearTimeout(timer);
  }
}
