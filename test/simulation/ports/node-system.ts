/** The kinds of node that simulations run on, and what each has in its own records. */

import { ClnCalls } from '../../../src/node/cln/cln-calls.ts';
import { nodeOver } from '../../../src/node/cln/connect-cln.ts';
import type { CallEnd, Carrier } from '../../../src/node/cln/transport/carrier.ts';
import { parseExactly, writeExactly } from '../../../src/node/cln/transport/exact-json.ts';
import { NodeError } from '../../../src/node/node-error.ts';
import type { LightningNode, PaymentRecord } from '../../../src/ports.ts';
import { jsonText, readJson } from '../../../src/sim/cln/json-text.ts';
import { RpcRefusal } from '../../../src/sim/cln/rpc-refusal.ts';
import { SimulatedLightningd } from '../../../src/sim/cln/simulated-lightningd.ts';
import { inProcessNode } from '../../../src/sim/in-process-node.ts';
import type { SimulatedNetwork } from '../../../src/sim/network.ts';
import type { NodeId, PaymentHash } from '../../../src/units/ids.ts';

import type { FaultPlan } from '../faults/fault-plan.ts';
import type { Asked, Workload } from '../workload.ts';

export type SystemName = 'lnd' | 'cln';

export interface RecordedPayment {
  readonly state: PaymentRecord['state'];
  /** Of its last attempt. */
  readonly toArriveMsat: bigint;
}

export interface NodeSystem {
  readonly node: LightningNode;
  /** What the node itself has, apart from what it tells Ballast. */
  payment(paymentHash: PaymentHash): RecordedPayment | undefined;
}

export const openSystem = (
  name: SystemName,
  network: SimulatedNetwork,
  self: NodeId,
): NodeSystem => (name === 'lnd' ? lndSystem(network, self) : clnSystem(network, self));

/** A payment without an attempt is a thing of lnd's. */
export const planFor = (name: SystemName, plan: FaultPlan): FaultPlan =>
  name === 'lnd' ? plan : { ...plan, calls: { ...plan.calls, stillborn: 0, slowBegin: 0 } };

/** Core Lightning holds nothing, so nobody asks it for strict arrivals. */
export const workloadFor = (name: SystemName, workload: Workload): Workload =>
  name === 'lnd' ? workload : { ...workload, asked: workload.asked.map(takenAnyhow) };

function takenAnyhow({ request, ...asked }: Asked): Asked {
  const { arrival, ...rest } = request;
  return { ...asked, request: arrival === 'strict' ? rest : request };
}

function lndSystem(network: SimulatedNetwork, self: NodeId): NodeSystem {
  return {
    node: inProcessNode(network, self),
    payment: (paymentHash) => {
      const payment = network
        .node(self)
        .listPayments({ includeIncomplete: true, maxPayments: 100_000 })
        .find((one) => one.paymentHash === paymentHash);
      if (payment === undefined) return undefined;
      const route = payment.attempts.at(-1)?.route;
      return {
        state: payment.state,
        toArriveMsat: route?.hops.at(-1)?.amtToForwardMsat ?? 0n,
      };
    },
  };
}

/** The whole client of Core Lightning over a simulated lightningd, with nothing but the wire left out. */
function clnSystem(network: SimulatedNetwork, self: NodeId): NodeSystem {
  const daemon = new SimulatedLightningd(network, self);
  const calls = new ClnCalls(carrierTo(daemon), { callMs: 30_000, bulkMs: 120_000 });
  return {
    node: nodeOver(calls, { store: undefined, wanted: true }),
    payment: (paymentHash) => {
      const parts = daemon.served.pays.list(paymentHash);
      const last = parts.at(-1);
      if (last === undefined) return undefined;
      const is = (kind: 'complete' | undefined): boolean =>
        parts.some(({ end }) => end?.kind === kind);
      const unsettled = is(undefined) ? 'in_flight' : 'failed';
      return { state: is('complete') ? 'settled' : unsettled, toArriveMsat: last.amountMsat };
    },
  };
}

/** Each side reads the text that the other writes. */
function carrierTo(daemon: SimulatedLightningd): Carrier {
  const answer = async (method: string, params: string): Promise<CallEnd> => {
    const read = (value: unknown) =>
      parseExactly({ text: jsonText(value ?? null), hasLongNumbers: true });
    try {
      return { kind: 'result', result: read(await daemon.call(method, readJson(params))) };
    } catch (error) {
      if (!(error instanceof RpcRefusal)) throw error;
      const { code, message, data } = error;
      return { kind: 'error', code, message, data: read(data) };
    }
  };
  return {
    request: ({ method, params, signal }) =>
      new Promise((resolve, reject) => {
        const giveUp = (): void => {
          resolve({ kind: 'lost', error: new NodeError('closed', 'nobody waits for it any more') });
        };
        if (signal?.aborted === true) giveUp();
        signal?.addEventListener('abort', giveUp, { once: true });
        answer(method, writeExactly(params))
          .then(resolve, reject)
          .finally(() => signal?.removeEventListener('abort', giveUp));
      }),
    close: () => {},
  };
}
