/** Refuses to begin what the node would refuse half-way: after a route was found, and the journal begun. */
import { NodeError } from '../../node/node-error.ts';
import type { AccessNames } from './access-options.ts';
import type { NodeAccess } from './chosen-access.ts';
import { type Purpose, rightsOf } from './rights.ts';

/** With plans, so that one macaroon or rune does for all commands that most people use. */
const MADE_FOR: ReadonlySet<Purpose> = new Set<Purpose>(['rebalance', 'planning']);

/**
 * Asks the node as `ballast doctor` does. What cannot be asked is no reason to refuse.
 *
 * @throws NodeError `permission_denied` where macaroon or rune lack what every rebalance needs; nothing was begun.
 */
export async function assertPermitted(access: NodeAccess, names: AccessNames): Promise<void> {
  const rights = await rightsOf(access, { justInTime: false, purpose: 'rebalance', names });
  if (rights.kind === 'everything') return;
  const lacking = rights.methods.flatMap(({ method, verdict }) =>
    verdict.kind === 'lacking' ? [`- ${method}: ${verdict.ask}`] : [],
  );
  if (lacking.length === 0) return;
  throw new NodeError(
    'permission_denied',
    [
      `the ${rights.what} lacks what every rebalance needs; no invoice was made, and nothing was sent:`,
      ...lacking,
      `make another ${rights.what}: ${rights.make(MADE_FOR)}`,
    ].join('\n'),
  );
}
