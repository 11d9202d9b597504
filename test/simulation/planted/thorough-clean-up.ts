/** Planted against what clean-up must leave: it removes every payment that is over, as one call of lnd's can do. */
import type { Mutation } from './mutation.ts';

export const thoroughCleanUp: Mutation = {
  node: (node, network) => ({
    ...node,
    deleteFailedPayment: async (paymentHash) => {
      const self = network.node((await node.info()).nodeId);
      for (const payment of self.listPayments({ includeIncomplete: true, maxPayments: 10_000 })) {
        if (payment.state !== 'in_flight') self.deletePayment(payment.paymentHash);
      }
      await node.deleteFailedPayment(paymentHash);
    },
  }),
};
