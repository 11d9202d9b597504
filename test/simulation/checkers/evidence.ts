/** What the checkers judge by: the network's side, the durable journal, and what was asked. Never Ballast's word. */
import type { RebalanceReport } from '../../../src/executor/rebalance-report.ts';
import type { JournalRecord, SendRequest } from '../../../src/ports.ts';
import type { SimulatedNetwork } from '../../../src/sim/network.ts';
import type { SimulatedInvoice } from '../../../src/sim/records.ts';
import type { ChannelId, NodeId, PaymentHash } from '../../../src/units/ids.ts';
import type { JournalDisk } from '../ports/journal-disk.ts';
import type { NodeSystem, RecordedPayment } from '../ports/node-system.ts';
import type { Flight, Flown, Truth } from '../truth.ts';
import type { Asked, Budget } from '../workload.ts';
import type { OwnEnd } from '../world.ts';

export type Promised =
  | 'no double send'
  | 'nothing forgotten'
  | 'never over budget'
  | 'right channel or no deal'
  | 'clean stop'
  | 'probes move nothing'
  | 'successes stay'
  | 'conservation';

export interface Violation {
  readonly promise: Promised;
  readonly message: string;
}

export type Intent = Extract<JournalRecord, { kind: 'intent' }>;
export type Outcome = Extract<JournalRecord, { kind: 'outcome' }>;
export type End = Extract<JournalRecord, { kind: 'end' }>;

/** One checker; what it does not care about it leaves out. */
export interface Checker {
  /** The engine asks the node to send. */
  readonly asked?: (request: SendRequest) => void;
  readonly flown?: (event: Flown) => void;
  readonly written?: (record: JournalRecord) => void;
  readonly reported?: (report: RebalanceReport) => void;
  /** The node has removed a record of this hash: the payment's, or the invoice's. */
  readonly removed?: (paymentHash: PaymentHash) => void;
  readonly stepped?: () => void;
  /** Faults have stopped long ago, and nothing goes on any more. */
  readonly ended?: () => void;
}

export class Evidence {
  readonly network: SimulatedNetwork;
  readonly self: NodeId;
  readonly ownChannels: readonly OwnEnd[];
  readonly truth: Truth;
  readonly budget: Budget | undefined;
  /** Now, by the clock of the machine that runs Ballast. */
  readonly #nowMs: () => number;
  readonly violations: Violation[] = [];
  /** By rebalance id, as far as their processes lived to be told it. */
  readonly asked: Map<string, Asked> = new Map();
  /** Rebalances that their callers have aborted. */
  readonly aborted: Set<string> = new Set();
  readonly reports: RebalanceReport[] = [];
  readonly intents: Intent[] = [];
  readonly outcomes: Map<string, Outcome> = new Map();
  readonly ends: Map<string, End> = new Map();
  /** Every rebalance that the journal knows. */
  readonly rebalances: Set<string> = new Set();
  /** Every hash for which the journal says that an invoice may exist. */
  readonly invoices: Set<PaymentHash> = new Set();
  readonly #rebalanceOf = new Map<PaymentHash, string>();
  readonly #intentOf = new Map<Flight, Intent>();
  readonly #feeAtRisk = new Map<Flight, bigint>();
  readonly #disk: JournalDisk;
  readonly #system: NodeSystem;
  #read = 0;
  #lastAtMs = 0;

  constructor(parts: {
    readonly network: SimulatedNetwork;
    readonly self: NodeId;
    readonly ownChannels: readonly OwnEnd[];
    readonly truth: Truth;
    readonly disk: JournalDisk;
    readonly system: NodeSystem;
    readonly budget: Budget | undefined;
    readonly nowMs: () => number;
  }) {
    this.network = parts.network;
    this.self = parts.self;
    this.ownChannels = parts.ownChannels;
    this.truth = parts.truth;
    this.#disk = parts.disk;
    this.#system = parts.system;
    this.budget = parts.budget;
    this.#nowMs = parts.nowMs;
  }

  /** What is said again is heard once. */
  accuse(promise: Promised, message: string): void {
    if (this.violations.some((one) => one.message === message)) return;
    this.violations.push({ promise, message });
  }

  /** Takes in what has become durable since the last time, and gives it. */
  readJournal(): readonly JournalRecord[] {
    const fresh = this.#disk.records.slice(this.#read);
    this.#read = this.#disk.records.length;
    for (const record of fresh) {
      this.rebalances.add(record.rebalanceId);
      this.#lastAtMs = Math.max(this.#lastAtMs, record.atMs);
      if ('paymentHash' in record) this.#rebalanceOf.set(record.paymentHash, record.rebalanceId);
      if (record.kind === 'invoice') this.invoices.add(record.paymentHash);
      if (record.kind === 'intent') this.intents.push(record);
      if (record.kind === 'outcome') this.outcomes.set(attemptKey(record), record);
      if (record.kind === 'end') this.ends.set(record.rebalanceId, record);
    }
    return fresh;
  }

  /** Now, or what the journal says where the clock has gone back since. */
  latestMs(): number {
    return Math.max(this.#nowMs(), this.#lastAtMs);
  }

  rebalanceOf(paymentHash: PaymentHash): string | undefined {
    return this.#rebalanceOf.get(paymentHash);
  }

  flightsOf(rebalanceId: string): readonly Flight[] {
    return this.truth.flights.filter(
      ({ paymentHash }) => this.#rebalanceOf.get(paymentHash) === rebalanceId,
    );
  }

  /** The flights that cost us something for good. */
  paidBy(flights: readonly Flight[]): readonly Flight[] {
    return flights.filter(({ state, back }) => state === 'settled' || back?.state === 'settled');
  }

  /** The durable intent that a flight carries out: each stands for one flight alone. */
  claimIntent(flight: Flight): Intent | undefined {
    const taken = new Set(this.#intentOf.values());
    const intent = this.intents.findLast(
      (one) => !taken.has(one) && one.paymentHash === flight.paymentHash && matches(one, flight),
    );
    if (intent !== undefined) this.#intentOf.set(flight, intent);
    return intent;
  }

  intentOf(flight: Flight): Intent | undefined {
    return this.#intentOf.get(flight);
  }

  flightOf(record: { readonly rebalanceId: string; readonly attempt: number }): Flight | undefined {
    for (const [flight, intent] of this.#intentOf) {
      if (intent.rebalanceId === record.rebalanceId && intent.attempt === record.attempt) {
        return flight;
      }
    }
    return undefined;
  }

  outcomeOf(flight: Flight): Outcome | undefined {
    const intent = this.#intentOf.get(flight);
    return intent === undefined ? undefined : this.outcomes.get(attemptKey(intent));
  }

  invoice(paymentHash: PaymentHash): SimulatedInvoice | undefined {
    return this.network.node(this.self).lookupInvoice(paymentHash);
  }

  payment(paymentHash: PaymentHash): RecordedPayment | undefined {
    return this.#system.payment(paymentHash);
  }

  /**
   * What the flight costs if it settles: by what we took for it, and before that by what the node was told to send, for it
   * gives back what is less.
   */
  feeMsat(flight: Flight): bigint {
    if (flight.back?.state === 'settled') return flight.sentMsat - flight.back.amountMsat;
    const known = this.#feeAtRisk.get(flight);
    if (known !== undefined) return known;
    const toArriveMsat = this.payment(flight.paymentHash)?.toArriveMsat ?? 0n;
    const feeMsat = flight.sentMsat - toArriveMsat;
    this.#feeAtRisk.set(flight, feeMsat);
    return feeMsat;
  }

  /** Whether the money may still go for good: an HTLC whose invoice is cancelled, or has none, can only come back. */
  mayCost(flight: Flight): boolean {
    if (flight.state === 'settled') return true;
    if (flight.state === 'failed' || flight.back?.state === 'failed') return false;
    if (flight.back?.state === 'settled') return true;
    const invoice = this.invoice(flight.paymentHash);
    return invoice !== undefined && invoice.state !== 'canceled';
  }

  /** Whether the node can look at what arrives before it takes it. */
  get canHold(): boolean {
    return this.#system.node.capabilities.holdInvoices;
  }

  /** Whether the peer has several channels with us. */
  hasSiblings(channelId: ChannelId): boolean {
    const peer = this.ownChannels.find((own) => own.channelId === channelId)?.peer;
    return this.ownChannels.filter((own) => own.peer === peer).length > 1;
  }
}

export const attemptKey = (record: {
  readonly rebalanceId: string;
  readonly attempt: number;
}): string => `${record.rebalanceId} ${record.attempt}`;

function matches({ route }: Intent, flight: Flight): boolean {
  return (
    route.totalAmtMsat === flight.sentMsat &&
    route.totalTimeLock === flight.expiryHeight &&
    route.hops[0]?.chanId === flight.outChannelId
  );
}
