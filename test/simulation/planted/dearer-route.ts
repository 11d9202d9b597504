/** Planted against promise 3: the first peer is paid more than the route that was priced and written down. */
import type { Mutation } from './mutation.ts';

const TIP_MSAT = 2_000_000n;

export const dearerRoute: Mutation = {
  node: (node) => ({
    ...node,
    sendToRoute: ({ paymentHash, route }) => {
      const totalAmtMsat = route.totalAmtMsat + TIP_MSAT;
      return node.sendToRoute({ paymentHash, route: { ...route, totalAmtMsat } });
    },
  }),
};
