/** Messages to and from peers that nodes pass on unread. */

import type { NodeId } from '../units/ids.ts';
import type { StopSignal } from './surroundings.ts';

/** A message between peers that is not the protocol's own (BOLT 1), as it is sent and as it comes. */
export interface CustomMessage {
  readonly peer: NodeId;
  /** From 32768 to 65535: below, types are the protocol's own. An even one makes a peer that does not know it hang up. */
  readonly type: number;
  /** Without the type; 65,533 bytes at most (BOLT 1). What comes from a peer may be anything. */
  readonly data: Uint8Array;
}

/** What a stream of peers' messages tells, in order. */
export type CustomMessageNews =
  /** The first of each stream: what comes from here on is told. */
  { readonly kind: 'listening' } | ({ readonly kind: 'message' } & CustomMessage);

/** Talking with peers through the node: PeerSwap and LSPS prices are asked for that way. */
export interface CustomMessages {
  /**
   * Hands it to the node, which sends it when it gets to it: whether it arrives, nobody tells.
   *
   * @throws RangeError for a type or a length that cannot be, NodeError where the peer is not connected
   */
  send(message: CustomMessage): Promise<void>;
  /** What peers send, until the signal aborts. Rejects with `NodeError` when contact is lost. */
  receive(options: { readonly signal: StopSignal }): AsyncIterable<CustomMessageNews>;
}
