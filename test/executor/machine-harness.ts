/** Drives the machine by hand: answers what is the same in every test, and leaves the rest to the test. */

import { startRebalance, step } from '../../src/executor/rebalance-machine.ts';
import type { RebalanceEvent, RebalanceReport } from '../../src/executor/rebalance-report.ts';
import type {
  RebalanceCommand,
  RebalanceInput,
  RebalanceState,
  Secret,
  Step,
} from '../../src/executor/rebalance-state.ts';
import type { RebalanceTerms } from '../../src/executor/rebalance-terms.ts';
import { cheapestCircle } from '../../src/executor/search-within-budget.ts';
import { ownLiquidity } from '../../src/graph/overlay.ts';
import type { LiquidityFact } from '../../src/liquidity/liquidity-fact.ts';
import type { JournalRecord } from '../../src/ports.ts';
import type { PaymentHash } from '../../src/units/ids.ts';
import { BLOCK_HEIGHT, OWN_CHANNELS, SNAPSHOT } from './circle-network.ts';

export const hashOf = (number: number): PaymentHash =>
  number.toString(16).padStart(64, '0') as PaymentHash;

/** The preimage that the harness drew for such a hash. */
export const preimageOf = (paymentHash: PaymentHash): Uint8Array =>
  new Uint8Array(32).fill(Number(BigInt(`0x${paymentHash}`)));

export class MachineHarness {
  state: RebalanceState;
  nowMs = 1_000_000;
  /** Commands that nothing has answered yet. */
  pending: RebalanceCommand[] = [];
  readonly commands: RebalanceCommand[] = [];
  readonly events: RebalanceEvent[] = [];
  readonly journal: JournalRecord[] = [];
  /** What each attempt that ended has taught. */
  readonly observed: (readonly LiquidityFact[])[] = [];
  /** What the caller gets. */
  report: RebalanceReport | undefined;
  /** How an attempt ended that was under way at the report. */
  afterwards: RebalanceReport | undefined;
  #secrets = 0;

  constructor(given: RebalanceTerms | Step) {
    const first = 'state' in given ? given : startRebalance(given, this.nowMs);
    this.state = first.state;
    this.#take(first.commands);
  }

  give(input: RebalanceInput): void {
    this.nowMs += 10;
    const next = step(this.state, input, this.nowMs);
    this.state = next.state;
    this.#take(next.commands);
  }

  /** The oldest unanswered command of this kind, taken off the list. */
  take<K extends RebalanceCommand['kind']>(kind: K): Extract<RebalanceCommand, { kind: K }> {
    const at = this.pending.findIndex((command) => command.kind === kind);
    const waiting = this.pending.map((command) => command.kind).join(', ');
    if (at < 0) throw new Error(`no "${kind}" is pending in ${this.state.phase}, only: ${waiting}`);
    return this.pending.splice(at, 1)[0] as Extract<RebalanceCommand, { kind: K }>;
  }

  /** The honest answer to a command whose answer leaves no choice; `undefined` for the others. */
  honestAnswer(command: RebalanceCommand): RebalanceInput | undefined {
    switch (command.kind) {
      case 'find_route': {
        const ownChannels = OWN_CHANNELS.map(ownLiquidity);
        const overlay = { ...command.request.overlay, ownChannels };
        const request = { ...command.request, overlay, blockHeight: BLOCK_HEIGHT };
        return {
          kind: 'route_searched',
          result: cheapestCircle(SNAPSHOT, request),
          budgetMsat: null,
          snapshot: SNAPSHOT,
          blockHeight: BLOCK_HEIGHT,
          ownChannels: OWN_CHANNELS,
        };
      }
      case 'draw_secret':
        return { kind: 'secret_drawn', secret: this.#secret() };
      case 'commit':
        this.journal.push(...command.batch);
        return { kind: 'committed' };
      case 'add_invoice': {
        const paymentHash = hashOf(command.request.preimage[0]!);
        return { kind: 'invoice_added', paymentHash, paymentAddr: new Uint8Array(32).fill(7) };
      }
      case 'find_arrival':
        return { kind: 'arrival_found', arrivals: [] };
      case 'cancel_invoice':
        return {
          kind: 'invoice_cancelled',
          paymentHash: command.paymentHash,
          outcome: { kind: 'canceled' },
        };
      case 'send':
      case 'track':
      case 'watch_invoice':
      case 'settle_invoice':
      case 'start_grace':
      case 'observe':
      case 'emit':
      case 'finish':
        return undefined;
    }
  }

  /** Answers all that has an honest answer, until only sending, tracking or waiting is left. */
  run(options: { readonly until?: RebalanceCommand['kind'] } = {}): void {
    for (;;) {
      const command = this.pending[0];
      if (command === undefined || command.kind === options.until) return;
      const answer = this.honestAnswer(command);
      if (answer === undefined) return;
      this.pending.shift();
      this.give(answer);
    }
  }

  kinds(): string[] {
    return this.commands
      .map((command) => command.kind)
      .filter((kind) => kind !== 'emit' && kind !== 'observe');
  }

  eventKinds(): string[] {
    return this.events.map((event) => event.kind);
  }

  #finish(report: RebalanceReport): void {
    if (this.afterwards !== undefined) throw new Error('a rebalance reports twice at most');
    if (this.report === undefined) this.report = report;
    else this.afterwards = report;
  }

  #secret(): Secret {
    this.#secrets++;
    const preimage = new Uint8Array(32).fill(this.#secrets);
    return { preimage, paymentHash: hashOf(this.#secrets) };
  }

  #take(commands: readonly RebalanceCommand[]): void {
    for (const command of commands) {
      this.commands.push(command);
      if (command.kind === 'emit') this.events.push(command.event);
      else if (command.kind === 'observe') this.observed.push(command.facts);
      else if (command.kind === 'finish') this.#finish(command.report);
      else this.pending.push(command);
    }
  }
}
