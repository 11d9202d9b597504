/** Refuses to begin what the node would refuse half-way: after a route was found, and the journal begun. */
import { NodeError } from '../../node/node-error.ts';
import type { AccessNames } from './access-options.ts';
import type { NodeAccess } from './chosen-access.ts';
import { type Purpose, type Rights, rightsOf } from './rights.ts';

/** With plans, so that one macaroon or rune does for all commands that most people use. */
const MADE_FOR: ReadonlySet<Purpose> = new Set<Purpose>(['rebalance', 'planning']);

/** Methods that some rebalances do without: for strict arrivals, notes on closing channels, a graph not read from a file. */
const NOT_ALWAYS: ReadonlySet<string> = new Set([
  'PendingChannels',
  'AddHoldInvoice',
  'SettleInvoice',
  'SubscribeSingleInvoice',
  'waitinvoice',
  'listchannels',
]);

/**
 * Asks the node as `ballast doctor` does. What cannot be asked is no reason to refuse.
 *
 * @throws NodeError `permission_denied` where macaroon or rune lack what every rebalance needs; nothing was begun.
 */
export async function assertPermitted(access: NodeAccess, names: AccessNames): Promise<void> {
  const rights = await askedRights(access, names);
  if (rights === undefined || rights.kind === 'everything') return;
  const lacking = rights.methods.flatMap(({ method, verdict }) =>
    verdict.kind === 'lacking' && !NOT_ALWAYS.has(method) ? [`- ${method}: ${verdict.ask}`] : [],
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

/** `undefined` where the node does not answer: whoever uses it next is told why. */
async function askedRights(access: NodeAccess, names: AccessNames): Promise<Rights | undefined> {
  try {
    return await rightsOf(access, { justInTime: false, purpose: 'rebalance', names });
  } catch (error) {
    if (error instanceof NodeError) return undefined;
    throw error;
  }
}
