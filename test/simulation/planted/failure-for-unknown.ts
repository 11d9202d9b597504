/** Planted against promise 1: a call whose outcome is unknown is taken for failed, as clients with a timeout do. */
import { Failure, Failure_FailureCode } from '../../../src/generated/messages/failure.ts';
import type { Mutation } from './mutation.ts';

export const failureForUnknown: Mutation = {
  node: (node) => ({
    ...node,
    sendToRoute: async (request) => {
      const outcome = await node.sendToRoute(request);
      if (outcome.kind !== 'unknown') return outcome;
      const code = Failure_FailureCode.TEMPORARY_CHANNEL_FAILURE;
      const failure = Failure.fromPartial({ code, failureSourceIndex: 1 });
      return { kind: 'failed', failure, attemptId: 0n };
    },
  }),
};
