/** Planted against probing: where a payment has no invoice, one is made for it before it is sent. */
import type { RebalancerOptions } from '../../../src/engine/index.ts';
import type { LightningNode } from '../../../src/ports.ts';
import { bytesToHex } from '../../../src/units/bytes.ts';
import { DEFAULT_INVOICE_CLTV_DELTA } from '../../../src/units/cltv.ts';
import type { PaymentHash } from '../../../src/units/ids.ts';
import type { Mutation } from './mutation.ts';

export const takeableProbe: Mutation = {
  options: (options) => {
    const preimages = new Map<PaymentHash, Uint8Array>();
    return {
      ...options,
      store: listening(options.store, preimages),
      node: inviting(options.node, preimages),
    };
  },
};

function listening(
  store: RebalancerOptions['store'],
  preimages: Map<PaymentHash, Uint8Array>,
): RebalancerOptions['store'] {
  return {
    commit: (batch) => {
      for (const record of batch) {
        if (record.kind === 'invoice') preimages.set(record.paymentHash, record.preimage);
      }
      return store.commit(batch);
    },
    records: () => store.records(),
    unfinished: () => store.unfinished(),
    recordsOf: (key) => store.recordsOf(key),
    feesPaid: () => store.feesPaid(),
    keepBeliefs: (beliefs) => store.keepBeliefs(beliefs),
    beliefs: () => store.beliefs(),
    forgetBeliefs: (options) => store.forgetBeliefs(options),
    keepBalances: (sample) => store.keepBalances(sample),
    balances: (options) => store.balances(options),
    keepDemand: (state) => store.keepDemand(state),
    demand: () => store.demand(),
    close: () => store.close(),
  };
}

function inviting(
  node: LightningNode,
  preimages: ReadonlyMap<PaymentHash, Uint8Array>,
): LightningNode {
  const invited = new Map<PaymentHash, Uint8Array>();
  return {
    ...node,
    sendToRoute: async ({ paymentHash, route }) => {
      const last = route.hops.at(-1)!;
      const mppRecord = last.mppRecord!;
      const isProbe = bytesToHex(mppRecord.paymentAddr) === paymentHash;
      if (!isProbe) return node.sendToRoute({ paymentHash, route });
      if (!invited.has(paymentHash)) {
        const preimage = preimages.get(paymentHash)!;
        const terms = {
          memo: '',
          valueMsat: 0n,
          cltvDelta: DEFAULT_INVOICE_CLTV_DELTA,
          expirySeconds: 3600,
        };
        invited.set(paymentHash, (await node.addInvoice({ preimage, ...terms })).paymentAddr);
      }
      const paymentAddr = invited.get(paymentHash)!;
      const hops = [
        ...route.hops.slice(0, -1),
        { ...last, mppRecord: { ...mppRecord, paymentAddr } },
      ];
      return node.sendToRoute({ paymentHash, route: { ...route, hops } });
    },
  };
}
