/**
 * What stands before a node's switch: forwards are offered to a client, if one is connected, and held until it has
 * answered (lnd: `htlcswitch/interceptable_switch.go`, `htlcswitch/held_htlc_set.go`). Everything passes in turn: while
 * the client does not read, nothing is forwarded, settled or failed at all.
 */
import { type ChannelId, formatChannelId, type PaymentHash } from '../units/ids.ts';
import type { HtlcKey } from './channel.ts';
import type { GateRules } from './gate-rules.ts';

/** A forward as the interceptor is told of it. Amounts and expiries are those that the sender asks for. */
export interface OfferedForward {
  /** Names the HTLC that came in. */
  readonly circuit: HtlcKey;
  readonly paymentHash: PaymentHash;
  readonly incomingAmountMsat: bigint;
  /** Absolute block heights. */
  readonly incomingExpiry: number;
  /** What the sender asked for; another channel to the same peer may carry it. */
  readonly outgoingChannelId: ChannelId;
  readonly outgoingAmountMsat: bigint;
  readonly outgoingExpiry: number;
  /** The node fails it at this height. An offer from the chain has 0 or its expiry, as the version has it. */
  readonly autoFailHeight: number;
}

/** Codes that lnd lets a client fail with. */
export type ClientFailureCode =
  | 'TEMPORARY_CHANNEL_FAILURE'
  | 'INVALID_ONION_VERSION'
  | 'INVALID_ONION_HMAC'
  | 'INVALID_ONION_KEY';

/** What a client of lnd's HtlcInterceptor answers about a forward. */
export type ForwardResolution =
  | { readonly kind: 'resume' }
  /** What is left out stays. `inAmountMsat` counts for the fee check only. */
  | {
      readonly kind: 'resume_modified';
      readonly inAmountMsat?: bigint;
      readonly outAmountMsat?: bigint;
    }
  | { readonly kind: 'settle'; readonly preimage: Uint8Array }
  | { readonly kind: 'fail'; readonly code: ClientFailureCode }
  /** With a reason that the client encrypted; nobody here can read it. */
  | { readonly kind: 'fail_encrypted' };

/** An HTLC on its way through a node, as the gate handles it. */
export interface Passage {
  readonly offered: Omit<OfferedForward, 'autoFailHeight'>;
  /** Its incoming channel is on chain. */
  onChain: boolean;
  /** The HTLC has been settled or failed towards where it came from. */
  readonly answered: boolean;
  /** Does nothing where it has gone on already. */
  resume(changes?: { readonly inAmountMsat?: bigint; readonly outAmountMsat?: bigint }): void;
  /** False where the preimage is another's. */
  settle(preimage: Uint8Array): boolean;
  fail(code: ClientFailureCode | 'EXPIRY_TOO_SOON' | 'unreadable'): void;
  /** It has expired on chain. */
  timeOut(): void;
}

/** What a client of lnd's HtlcInterceptor does with what it is told. */
export interface InterceptorClient {
  /** False: no more is taken until {@link InterceptorConnection.ready}. */
  offer(forward: OfferedForward): boolean;
  /** The connection is over, and not by its own {@link InterceptorConnection.disconnect}. */
  ended?(reason: string): void;
}

/** Whether lnd took an answer about a forward. */
export type ResolveOutcome =
  | { readonly kind: 'resolved' }
  /** lnd's text, or that the connection was over before. It is closed, and everything held off chain goes on. */
  | { readonly kind: 'error'; readonly message: string };

/** The client's end of a connection to lnd's HtlcInterceptor. */
export interface InterceptorConnection {
  /** Answered in turn, which is later while this client itself is not reading. */
  resolve(circuit: HtlcKey, resolution: ForwardResolution): Promise<ResolveOutcome>;
  /** The client reads again. */
  ready(): void;
  /** Idempotent. */
  disconnect(): void;
}

/** Whether a client was let in: lnd takes one at a time. */
export type InterceptorResult =
  | { readonly kind: 'connected'; readonly connection: InterceptorConnection }
  | { readonly kind: 'error'; readonly message: 'interceptor already exists' };

interface Held {
  readonly passage: Passage;
  readonly onChain: boolean;
  readonly autoFailHeight: number;
}

export class ForwardGate {
  /** Without a client, new forwards fail and held ones stay. */
  required = false;
  /** Those of the version that the node runs. */
  rules: () => GateRules;
  readonly #blockHeight: () => number;
  readonly #held = new Map<string, Held>();
  readonly #onChain = new Set<Passage>();
  readonly #backlog: (() => void)[] = [];
  #client: InterceptorClient | undefined;
  #stalled = false;

  constructor(parts: { rules: () => GateRules; blockHeight: () => number }) {
    this.rules = parts.rules;
    this.#blockHeight = parts.blockHeight;
  }

  /** Runs the task in its turn: at once, unless the client does not read. */
  pass(task: () => void): void {
    if (this.#stalled) this.#backlog.push(task);
    else task();
  }

  /** A forward that has arrived, or, `again`, that a restarted link hands over once more. */
  offer(passage: Passage, { again }: { readonly again: boolean }): void {
    this.pass(() => {
      if (!passage.answered) this.#offer(passage, again);
    });
  }

  #offer(passage: Passage, again: boolean): void {
    const { incomingExpiry } = passage.offered;
    const { rejectBlocks, offerBlocks } = this.rules();
    if (incomingExpiry < this.#blockHeight() + offerBlocks) {
      passage.fail('EXPIRY_TOO_SOON');
      return;
    }
    if (this.#held.has(keyOf(passage.offered.circuit))) return;
    if (this.#client === undefined && !this.required) passage.resume();
    // Nobody has seen a new one yet, so it may fail; a repeated one may have been settled by somebody.
    else if (this.#client === undefined && !again) passage.fail('TEMPORARY_CHANNEL_FAILURE');
    else this.#hold({ passage, onChain: false, autoFailHeight: incomingExpiry - rejectBlocks });
  }

  offerOnChain(passage: Passage): void {
    passage.onChain = true;
    this.#onChain.add(passage);
    this.pass(() => {
      const known = this.#held.get(keyOf(passage.offered.circuit));
      if (this.rules().keepsHeld) {
        if (known?.onChain === true) return;
        this.#hold({ passage, onChain: true, autoFailHeight: passage.offered.incomingExpiry });
      } else if (known === undefined && (this.#client !== undefined || this.required)) {
        this.#hold({ passage, onChain: true, autoFailHeight: 0 });
      }
    });
  }

  #hold(held: Held): void {
    this.#held.set(keyOf(held.passage.offered.circuit), held);
    this.#tell(held);
  }

  #tell({ passage, autoFailHeight }: Held): void {
    if (this.#client?.offer({ ...passage.offered, autoFailHeight }) === false) this.#stalled = true;
  }

  /** One client at a time; everything that is held is offered to it at once. */
  connect(client: InterceptorClient): InterceptorResult {
    if (this.#client !== undefined) return { kind: 'error', message: 'interceptor already exists' };
    this.#client = client;
    for (const held of [...this.#held.values()]) this.pass(() => this.#tell(held));
    const connection: InterceptorConnection = {
      resolve: (circuit, resolution) =>
        new Promise((resolve) => {
          if (this.#client !== client) {
            resolve({ kind: 'error', message: 'the stream has ended' });
            return;
          }
          this.pass(() => {
            const message = this.#resolve(circuit, resolution);
            if (message !== undefined) this.#disconnect(client);
            resolve(message === undefined ? { kind: 'resolved' } : { kind: 'error', message });
          });
        }),
      ready: () => {
        if (this.#client === client) this.#catchUp();
      },
      disconnect: () => this.#disconnect(client),
    };
    return { kind: 'connected', connection };
  }

  /** Ends the connection of the client, if there is one, as a lost one ends. */
  cut(): boolean {
    const client = this.#client;
    if (client === undefined) return false;
    this.#disconnect(client);
    client.ended?.('transport is closing');
    return true;
  }

  #catchUp(): void {
    this.#stalled = false;
    while (!this.#stalled && this.#backlog.length > 0) this.#backlog.shift()!();
  }

  #disconnect(client: InterceptorClient): void {
    if (this.#client !== client) return;
    // What waited for its turn is handled as if it had come before the end; the client hears no more of it.
    this.#client = { offer: () => true };
    this.#catchUp();
    this.#client = undefined;
    if (this.required) return;
    for (const [key, { passage, onChain }] of [...this.#held]) {
      if (onChain && this.rules().keepsHeld) continue;
      this.#held.delete(key);
      if (!onChain) passage.resume();
    }
  }

  /** lnd's error text where the answer cannot be carried out. */
  #resolve(circuit: HtlcKey, resolution: ForwardResolution): string | undefined {
    const key = keyOf(circuit);
    const held = this.#held.get(key);
    if (held === undefined) return `forward does not exist: ${describe(circuit)}`;
    const { keepsHeld } = this.rules();
    if (held.onChain && resolution.kind !== 'settle') {
      if (!keepsHeld) this.#held.delete(key);
      const verb = resolution.kind.startsWith('resume') ? 'resume' : 'fail';
      return `cannot ${verb} ${keepsHeld ? 'held htlc ' : ''}in the on-chain flow`;
    }
    // Older versions have forgotten it even when the answer is bad; only a restart of the link brings it back.
    this.#held.delete(key);
    const defect = carryOut(held.passage, resolution);
    if (defect !== undefined && keepsHeld) this.#held.set(key, held);
    return defect;
  }

  /** What has expired on chain ends there; of what is held, HTLCs go back in time and old offers are forgotten. */
  blockMined(): void {
    this.pass(() => {
      const height = this.#blockHeight();
      for (const passage of [...this.#onChain]) {
        if (!passage.answered && passage.offered.incomingExpiry > height) continue;
        this.#onChain.delete(passage);
        this.#held.delete(keyOf(passage.offered.circuit));
        passage.timeOut();
      }
      for (const [key, { passage, onChain, autoFailHeight }] of [...this.#held]) {
        if (autoFailHeight > height) continue;
        this.#held.delete(key);
        if (!onChain) passage.fail('TEMPORARY_CHANNEL_FAILURE');
      }
    });
  }
}

function carryOut(passage: Passage, resolution: ForwardResolution): string | undefined {
  switch (resolution.kind) {
    case 'resume':
      passage.resume();
      return undefined;
    case 'resume_modified':
      passage.resume(resolution);
      return undefined;
    case 'settle':
      return passage.settle(resolution.preimage) ? undefined : 'preimage does not match hash';
    case 'fail':
      passage.fail(resolution.code);
      return undefined;
    case 'fail_encrypted':
      passage.fail('unreadable');
      return undefined;
  }
}

const keyOf = ({ channelId, index }: HtlcKey): string => `${channelId}/${index}`;

const describe = ({ channelId, index }: HtlcKey): string =>
  `(Chan ID=${formatChannelId(channelId).replaceAll('x', ':')}, HTLC ID=${index})`;
