/** Processes that break a promise, to see that the checks notice. */
import { Failure, Failure_FailureCode } from '../../../src/generated/messages/failure.ts';
import type { LightningNode, Store } from '../../../src/ports.ts';

export type Bug =
  | 'forgets'
  | 'writes no intents'
  | 'writes late'
  | 'knows no fees'
  | 'does not wait';

/** And what the checks say to each. */
export const BUGS: readonly (readonly [Bug, RegExp])[] = [
  ['forgets', /has no end/],
  ['writes no intents', /without an intent/],
  ['writes late', /without an intent|not in the journal/],
  ['knows no fees', /more than the budget/],
  ['does not wait', /while [0-9a-f]+ was under way/],
];

export function plant(
  bug: Bug | null,
  { node, store }: { readonly node: LightningNode; readonly store: Store },
): { readonly node: LightningNode; readonly store: Store } {
  switch (bug) {
    case null:
      return { node, store };
    case 'forgets':
      return {
        node: { ...node, unfinishedPayments: async () => [] },
        store: { ...store, unfinished: async () => [] },
      };
    case 'writes no intents': {
      const commit: Store['commit'] = (batch) =>
        store.commit(batch.filter(({ kind }) => kind !== 'intent'));
      return { node, store: { ...store, commit } };
    }
    case 'writes late': {
      const commit: Store['commit'] = async (batch) => {
        setTimeout(() => void store.commit(batch), 10);
      };
      return { node, store: { ...store, commit } };
    }
    case 'knows no fees':
      return { node, store: { ...store, feesPaid: async () => [] } };
    case 'does not wait':
      return { node: { ...node, sendToRoute: hasty(node) }, store };
  }
}

/** Takes a payment that is not over at once for one that has failed. */
const hasty =
  (node: LightningNode): LightningNode['sendToRoute'] =>
  (request) => {
    const failure = Failure.fromPartial({
      // After a refusal of its own node a rebalance goes on with another hash, which the node sends.
      code: Failure_FailureCode.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS,
      failureSourceIndex: request.route.hops.length,
    });
    const { promise: tooLate, resolve } =
      Promise.withResolvers<Awaited<ReturnType<LightningNode['sendToRoute']>>>();
    setTimeout(() => resolve({ kind: 'failed', failure, attemptId: 0n }), 5);
    return Promise.race([node.sendToRoute(request), tooLate]);
  };
