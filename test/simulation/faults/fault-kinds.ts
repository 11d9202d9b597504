/** What can go wrong in a simulation, by the names under which it is counted. */

export const FAULT_KINDS = [
  'connection lost before a call',
  'connection lost during a call',
  'connection lost after a call',
  'request arrives late',
  'all connections lost',
  'payment left without an attempt',
  'lnd slow to register an attempt',
  'lnd restarted',
  'lnd not synced',
  'process killed before a commit is durable',
  'process killed after a commit is durable',
  'process killed before a call to the node',
  'process killed after a call to the node',
  'process killed at any time',
  'process killed while recovering',
  'commit refused, nothing written',
  'commit refused, yet written',
  'store closed itself',
  'store not readable',
  'beliefs refused',
  'stuck HTLC, failed later',
  'stuck HTLC, forwarded later',
  'slow peer',
  'peer forwards over a sibling channel',
  'peer underpays',
  'policy changed',
  'policy changed unannounced',
  'stale graph',
  'peer offline',
  'channel down',
  'clock jumped forward',
  'clock jumped backward',
  'block mined',
  'aborted by the caller',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** How often each kind struck. */
export class FaultTally {
  readonly #counts = new Map<FaultKind, number>();

  count(kind: FaultKind): void {
    this.#counts.set(kind, this.of(kind) + 1);
  }

  of(kind: FaultKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  addAll(other: FaultTally): void {
    for (const kind of FAULT_KINDS) {
      const count = other.of(kind);
      if (count > 0) this.#counts.set(kind, this.of(kind) + count);
    }
  }
}
