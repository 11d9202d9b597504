/** What the node, the store or the pathfinder answers to one command of the state machine. */
import type { RebalanceCommand, RebalanceInput } from '../executor/rebalance-state.ts';
import { ownLiquidity } from '../graph/overlay.ts';
import { findCircularRoute } from '../pathfinder/find-circular-route.ts';
import type {
  CancelInvoiceOutcome,
  Clock,
  Entropy,
  LightningNode,
  Log,
  StopSignal,
  Store,
} from '../ports.ts';
import { withGraphIds } from './graph-ids.ts';
import type { GraphSource } from './graph-source.ts';
import { drawSecret } from './payment-secret.ts';

export interface EngineParts {
  readonly node: LightningNode;
  readonly store: Store;
  readonly graph: GraphSource;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  /** How long a payment under way is given to fail back after a deadline or an abort. */
  readonly graceMs: number;
}

/** Commands that have exactly one answer. */
export type AnsweredCommand = Exclude<
  RebalanceCommand,
  { kind: 'track' | 'start_grace' | 'emit' | 'finish' }
>;

/**
 * Rejects only for faults of our own making; what node and store may do wrong is part of the answer.
 *
 * @param ended Cuts pauses short when nobody waits for the answer any more.
 */
export async function answerCommand(
  command: AnsweredCommand,
  parts: EngineParts,
  ended: StopSignal,
): Promise<RebalanceInput> {
  const { node, store, entropy } = parts;
  switch (command.kind) {
    case 'find_route':
      return findRoute(command.request, parts, ended);
    case 'draw_secret':
      return { kind: 'secret_drawn', secret: await drawSecret(entropy) };
    case 'commit':
      return asked(() => store.commit(command.batch)).then(
        () => ({ kind: 'committed' }),
        (error: unknown) => ({ kind: 'commit_failed', reason: messageOf(error) }),
      );
    case 'add_invoice':
      return asked(() => node.addInvoice(command.request)).then(
        (terms) => ({ kind: 'invoice_added', ...terms }),
        (error: unknown) => ({ kind: 'invoice_failed', reason: messageOf(error) }),
      );
    case 'send':
      // The port promises never to reject; an implementation that does has told nothing about the money.
      return asked(() => node.sendToRoute(command.request)).then(
        (outcome) => ({ kind: 'sent', outcome }),
        (error: unknown) => ({
          kind: 'sent',
          outcome: { kind: 'unknown', reason: messageOf(error) },
        }),
      );
    case 'cancel_invoice':
      return cancelInvoice(command, parts, ended);
    case 'find_arrival':
      return asked(() => node.lookupInvoice(command.paymentHash)).then(
        (invoice) => ({ kind: 'arrival_found', arrivals: invoice?.arrivals ?? null }),
        () => ({ kind: 'arrival_found', arrivals: null }),
      );
  }
}

/** What a call gives, whether it rejects or throws: an implementation in plain JavaScript may do either. */
export const asked = async <T>(call: () => Promise<T>): Promise<T> => call();

async function cancelInvoice(
  { paymentHash, delayMs }: Extract<AnsweredCommand, { kind: 'cancel_invoice' }>,
  { node, clock }: EngineParts,
  ended: StopSignal,
): Promise<RebalanceInput> {
  const answer = (outcome: CancelInvoiceOutcome): RebalanceInput => ({
    kind: 'invoice_cancelled',
    paymentHash,
    outcome,
  });
  if (delayMs > 0) await clock.sleep(delayMs, ended);
  if (ended.aborted) return answer({ kind: 'unknown', reason: 'the rebalance has ended' });
  return asked(() => node.cancelInvoice(paymentHash)).then(answer, (error: unknown) =>
    answer({ kind: 'unknown', reason: messageOf(error) }),
  );
}

type SearchRequest = Extract<RebalanceCommand, { kind: 'find_route' }>['request'];

async function findRoute(
  request: SearchRequest,
  parts: EngineParts,
  ended: StopSignal,
): Promise<RebalanceInput> {
  const ground = await readSyncedGround(parts, ended).catch(messageOf);
  if (typeof ground === 'string') return { kind: 'search_failed', fault: 'node', reason: ground };
  const { info, ownChannels, snapshot } = ground;
  if (!info.syncedToChain) {
    const reason =
      'the node is not synced to the chain, so its block height is out of date; wait until it is';
    return { kind: 'search_failed', fault: 'node', reason };
  }
  const { blockHeight } = info;
  try {
    const overlay = { ...request.overlay, ownChannels: ownChannels.map(ownLiquidity) };
    const inGraphIds = withGraphIds(request, ownChannels);
    const result = findCircularRoute(snapshot, { ...inGraphIds, blockHeight, overlay });
    return { kind: 'route_searched', result, snapshot, blockHeight, ownChannels };
  } catch (error) {
    return { kind: 'search_failed', fault: 'internal', reason: messageOf(error) };
  }
}

/**
 * lnd says that it is not synced to the chain for a moment after every block, until its wallet and its graph have taken
 * that in: longer on a small machine, and for minutes only where it is truly behind.
 */
const SYNC_WAIT_MS = 10_000;
const SYNC_POLL_MS = 250;

/** The last word of a node that stays behind is given as it is. */
async function readSyncedGround(parts: EngineParts, ended: StopSignal) {
  let ground = await readGround(parts);
  for (let waitedMs = 0; waitedMs < SYNC_WAIT_MS; waitedMs += SYNC_POLL_MS) {
    if (ground.info.syncedToChain || ended.aborted) break;
    await parts.clock.sleep(SYNC_POLL_MS, ended);
    ground = await readGround(parts);
  }
  return ground;
}

/** Height and balances fresh for each search: attempts may take long, and other payments move our balances. */
async function readGround({ node, graph }: EngineParts) {
  const [info, ownChannels, snapshot] = await Promise.all([
    asked(() => node.info()),
    asked(() => node.ownChannels()),
    graph(),
  ]);
  return { info, ownChannels, snapshot };
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
