/** Messages of their own kind that simulated nodes send each other, as nodes pass them on: unread. */
import type { StopSignal } from '../ports.ts';
import type { NodeId } from '../units/ids.ts';
import { Feed } from './feed.ts';

/** A message from one node to another, as it was sent. */
export interface PeerMessage {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly type: number;
  /** Without the type. */
  readonly data: Uint8Array;
}

/** What a node makes of a message by itself: its answers to whoever sent it. */
export type PeerHabit = (message: PeerMessage) => readonly Pick<PeerMessage, 'type' | 'data'>[];

/** The custom messages between the nodes of a network (BOLT 1). */
export class PeerMessages {
  readonly #feed = new Feed<PeerMessage>();
  readonly #habits = new Map<NodeId, PeerHabit>();
  readonly #sent: PeerMessage[] = [];

  /** All that were sent, oldest first. */
  get sent(): readonly PeerMessage[] {
    return this.#sent;
  }

  /** How a node answers from now on; without a habit it keeps silent. */
  setHabit(nodeId: NodeId, habit: PeerHabit): void {
    this.#habits.set(nodeId, habit);
  }

  /** Whether both are connected, the caller has to know. */
  send(message: PeerMessage): void {
    this.#sent.push(message);
    this.#feed.publish(message);
    const { from, to } = message;
    for (const answer of this.#habits.get(to)?.(message) ?? []) {
      this.#feed.publish({ ...answer, from: to, to: from });
    }
  }

  /** What comes to a node from now on. */
  inbox(nodeId: NodeId, signal?: StopSignal): AsyncIterable<PeerMessage> {
    return this.#feed.subscribe({ accepts: ({ to }) => to === nodeId, signal });
  }
}
