/** What the methods of a served lnd share. */
import { status } from '@grpc/grpc-js';
import type { SimulatedNetwork } from '../network.ts';
import type { SimulatedNode } from '../node.ts';
import type { RequestError } from '../records.ts';
import type { GraphCache } from './graph-cache.ts';
import type { ReportedState } from './info-methods.ts';
import { RpcError } from './rpc-error.ts';

export interface ServedNode {
  readonly network: SimulatedNetwork;
  readonly node: SimulatedNode;
  readonly graph: GraphCache;
  readonly reported: ReportedState;
}

/**
 * Passes an outcome on, or throws the node's refusal with its text. lnd gives a status of its own to payments that
 * exist already; everything else that a request can run into here is a plain error.
 */
export function granted<Outcome extends { readonly kind: string }>(
  outcome: Outcome | RequestError,
): Exclude<Outcome, RequestError> {
  if (isRefusal(outcome)) {
    const known = outcome.code === 'ALREADY_EXISTS';
    throw new RpcError(known ? status.ALREADY_EXISTS : status.UNKNOWN, outcome.message);
  }
  return outcome as Exclude<Outcome, RequestError>;
}

const isRefusal = (outcome: { readonly kind: string }): outcome is RequestError =>
  outcome.kind === 'error';
