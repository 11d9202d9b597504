/** A `LightningNode` as a process has it: lnd, at the end of a connection that may fail at every call. */
import type { LightningNode, StopSignal } from '../../../src/ports.ts';
import { bytesToHex } from '../../../src/units/bytes.ts';
import type { LndProcess } from './lnd-process.ts';
import type { Machine } from './machine.ts';
import { NodeCalls } from './node-calls.ts';
import { nodeStream } from './node-stream.ts';
import type { ProcessLife } from './process-life.ts';

export interface Connection {
  readonly node: LightningNode;
  /** Ends all calls and streams under way, with outcomes unknown. */
  readonly breakAll: (reason: string) => void;
}

const unknown = (reason: string) => ({ kind: 'unknown', reason }) as const;

export function connectFaulty(machine: Machine, life: ProcessLife, lnd: LndProcess): Connection {
  const isUp = (): boolean => lnd.up;
  const calls = new NodeCalls(machine, life, isUp);
  /** A call that rejects when contact is lost. */
  const asked = <T>(method: string, perform: () => Promise<T>, detail: unknown = null) =>
    calls.call<T>({ method, detail, perform, lost: null });
  const streamed = <T>(
    method: string,
    detail: unknown,
    open: (signal: StopSignal) => AsyncIterable<T>,
    signal: StopSignal,
  ): AsyncIterable<T> =>
    nodeStream({ machine, life, calls, isUp }, { method, detail, open, signal });
  const { node: inner } = lnd;
  const node: LightningNode = {
    capabilities: inner.capabilities,
    info: () => asked('info', () => inner.info()),
    describeGraph: () => asked('describeGraph', () => inner.describeGraph()),
    ownChannels: () => asked('ownChannels', () => inner.ownChannels()),
    closingChannels: () => asked('closingChannels', () => inner.closingChannels()),
    addInvoice: (request) =>
      asked('addInvoice', () => inner.addInvoice(request), bytesToHex(request.preimage)),
    lookupInvoice: (hash) => asked('lookupInvoice', () => inner.lookupInvoice(hash), hash),
    cancelInvoice: (hash) =>
      calls.call({
        method: 'cancelInvoice',
        detail: hash,
        perform: () => inner.cancelInvoice(hash),
        lost: unknown,
      }),
    addHoldInvoice: (request) =>
      asked('addHoldInvoice', () => inner.addHoldInvoice(request), request.paymentHash),
    settleInvoice: (preimage) =>
      calls.call({
        method: 'settleInvoice',
        detail: bytesToHex(preimage),
        perform: () => inner.settleInvoice(preimage),
        lost: unknown,
      }),
    watchInvoice: (hash, { signal }) =>
      streamed('watchInvoice', hash, (s) => inner.watchInvoice(hash, { signal: s }), signal),
    sendToRoute: (request) =>
      calls.call({
        method: 'sendToRoute',
        detail: {
          hash: request.paymentHash,
          over: request.route.hops.map((hop) => hop.chanId),
          amount: request.route.totalAmtMsat,
        },
        perform: () => inner.sendToRoute(request),
        lost: unknown,
      }),
    trackPayment: (hash, { signal }) =>
      streamed('trackPayment', hash, (s) => inner.trackPayment(hash, { signal: s }), signal),
    unfinishedPayments: (options) =>
      asked('unfinishedPayments', () => inner.unfinishedPayments(options)),
    forwardingHistory: (options) =>
      asked('forwardingHistory', () => inner.forwardingHistory(options)),
    deleteFailedPayment: (hash) =>
      asked('deleteFailedPayment', () => inner.deleteFailedPayment(hash), hash),
    deleteCanceledInvoice: (hash) =>
      asked('deleteCanceledInvoice', () => inner.deleteCanceledInvoice(hash), hash),
    missionControl: () => asked('missionControl', () => inner.missionControl()),
    importMissionControl: (pairs) =>
      asked('importMissionControl', () => inner.importMissionControl(pairs)),
    close: async () => {},
  };
  return { node, breakAll: (reason) => calls.breakAll(reason) };
}
