/** What the node, the store or the pathfinder answers to one command of the state machine. */
import type { RebalanceCommand, RebalanceInput } from '../executor/rebalance-state.ts';
import type {
  Clock,
  Entropy,
  InvoiceTerms,
  LightningNode,
  Log,
  SettleInvoiceOutcome,
  StopSignal,
  Store,
} from '../ports.ts';
import { asked, hasCode, messageOf } from './asked.ts';
import type { DemandWatch } from './demand-watch.ts';
import type { GroundReader } from './ground-reader.ts';
import type { KeptBeliefs } from './kept-beliefs.ts';
import type { KeptPast } from './kept-past.ts';
import { pause } from './pause.ts';
import { drawSecret } from './payment-secret.ts';
import type { Reservations } from './reservations.ts';
import type { SteadyClock } from './steady-clock.ts';

export interface EngineParts {
  readonly node: LightningNode;
  readonly store: Store;
  readonly ground: GroundReader;
  readonly reservations: Reservations;
  readonly beliefs: KeptBeliefs;
  readonly past: KeptPast;
  readonly demand: DemandWatch;
  readonly clock: Clock;
  /** By which the journal is dated and the budget's days are counted. */
  readonly dates: SteadyClock;
  readonly entropy: Entropy;
  readonly log: Log;
  /** Whether records of what failed are removed from the node. */
  readonly cleanUp: boolean;
  /** How long a payment under way is given to fail back after a deadline or an abort. */
  readonly graceMs: number;
}

/** Commands that have exactly one answer, and need no more than the parts for it. */
export type AnsweredCommand = Exclude<
  RebalanceCommand,
  {
    kind:
      | 'find_route'
      | 'track'
      | 'watch_invoice'
      | 'cancel_invoice'
      | 'start_grace'
      | 'observe'
      | 'emit'
      | 'finish';
  }
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
    case 'draw_secret':
      return { kind: 'secret_drawn', secret: await drawSecret(entropy) };
    case 'commit':
      return asked(() => store.commit(command.batch)).then(
        () => ({ kind: 'committed' }),
        (error: unknown) => ({ kind: 'commit_failed', reason: messageOf(error) }),
      );
    case 'add_invoice':
      return asked(() => addInvoice(command, node)).then(
        (terms) => ({ kind: 'invoice_added', ...terms }),
        (error: unknown) => ({
          kind: 'invoice_failed',
          reason: messageOf(error),
          ...(hasCode(error, 'permission_denied') && { denied: true }),
        }),
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
    case 'settle_invoice':
      return settleInvoice(command, parts, ended);
    case 'find_arrival':
      return asked(() => node.lookupInvoice(command.paymentHash)).then(
        (invoice) => ({ kind: 'arrival_found', arrivals: invoice?.arrivals ?? null }),
        () => ({ kind: 'arrival_found', arrivals: null }),
      );
  }
}

function addInvoice(
  { request, paymentHash, hold }: Extract<AnsweredCommand, { kind: 'add_invoice' }>,
  node: LightningNode,
): Promise<InvoiceTerms> {
  if (!hold) return node.addInvoice(request);
  // The node must not know the preimage before it is to settle.
  const { preimage: _, ...terms } = request;
  return node.addHoldInvoice({ ...terms, paymentHash });
}

async function settleInvoice(
  { paymentHash, preimage, delayMs }: Extract<AnsweredCommand, { kind: 'settle_invoice' }>,
  { node, clock, entropy }: EngineParts,
  ended: StopSignal,
): Promise<RebalanceInput> {
  const answer = (outcome: SettleInvoiceOutcome): RebalanceInput => ({
    kind: 'invoice_settled',
    paymentHash,
    outcome,
  });
  await pause(delayMs, { clock, entropy, signal: ended });
  if (ended.aborted) return answer({ kind: 'unknown', reason: 'the rebalance has ended' });
  return asked(() => node.settleInvoice(preimage)).then(answer, (error: unknown) =>
    answer({ kind: 'unknown', reason: messageOf(error) }),
  );
}
