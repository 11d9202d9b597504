/**
 * One rebalance against a random node and a random store, each step checked by the rules about money. Its process may be
 * killed at any step; the next one has the journal alone.
 */
import { expect } from 'vitest';
import type { RebalanceCommand, RebalanceInput } from '../../src/executor/rebalance-state.ts';
import type { RebalanceTerms } from '../../src/executor/rebalance-terms.ts';
import { recover } from '../../src/executor/recovering.ts';
import type { JournalRecord } from '../../src/ports.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { MachineHarness } from './machine-harness.ts';
import { MoneyRules } from './money-rules.ts';
import { RandomNode } from './random-node.ts';

const STEPS = 2000;
/** Commits after which a bad disk takes no more; before that it refuses one now and then. Most disks are good. */
const DISK_FULL_AFTER = [0, 1, 2, 3, 4, 5, 6, 8, 10, 1000, 1000, 1000, 1000];

export class RandomWorld {
  machine: MachineHarness;
  kills = 0;
  readonly #random: SeededRandom;
  readonly #node: RandomNode;
  readonly #terms: RebalanceTerms;
  #rules: MoneyRules;
  #commits = 0;
  #diskFullAfter: number;
  /** Per step; 0 so that what only a stop would end must show. */
  readonly #stopChance: number;
  readonly #killChance: number;

  constructor(terms: RebalanceTerms, random: SeededRandom) {
    this.#random = random;
    this.#terms = terms;
    this.#node = new RandomNode(random);
    this.#diskFullAfter = random.chance(0.3) ? random.pick(DISK_FULL_AFTER) : Infinity;
    this.#stopChance = random.pick([0, 0.01, 0.05]);
    this.#killChance = random.pick([0, 0, 0.1]);
    this.machine = new MachineHarness(terms);
    this.#rules = new MoneyRules(terms, this.machine, this.#node);
    this.#rules.check();
  }

  /** Runs to the end; where the journal has none, the next process brings it there. */
  run(): void {
    this.#runOn();
    const { journal } = this.machine;
    if (journal.length === 0 || journal.some(({ kind }) => kind === 'end')) return;
    this.#diskFullAfter = Infinity;
    this.#restart();
    this.#runOn();
    const written = this.machine.journal.some(({ kind }) => kind === 'end');
    expect(written, 'with a disk that works, every rebalance comes to its end').toBe(true);
  }

  #runOn(): void {
    for (let count = 0; this.machine.state.phase !== 'finished'; count++) {
      expect(count, 'the machine must come to an end').toBeLessThan(STEPS);
      if (this.machine.journal.length > 0 && this.#random.chance(this.#killChance)) this.#kill();
      else this.#next();
      this.#rules.check();
    }
    this.#rules.checkEnd();
  }

  /** What was asked and not answered yet may have reached node and store all the same. */
  #kill(): void {
    this.kills++;
    for (const command of this.machine.pending) {
      if (command.kind === 'send') this.#node.cutOff(command);
      else if (!isEnd(command) && this.#random.chance(0.5)) this.#answers(command);
    }
    this.#restart();
  }

  #restart(): void {
    const { journal, nowMs } = this.machine;
    for (const record of journal) {
      if (record.kind !== 'intent' || record.attempt <= this.#node.sent.length) continue;
      // Written down, but never sent.
      const { paymentHash, route } = record;
      this.#node.addSent({ kind: 'send', request: { paymentHash, route } }, 'lost');
    }
    this.#node.forgetUnless((hash, attempt) =>
      journal.some(
        (record) =>
          record.kind === 'outcome' && record.paymentHash === hash && record.attempt === attempt,
      ),
    );
    this.machine = new MachineHarness(recover(journal, nowMs));
    this.machine.journal.push(...journal);
    this.#rules = new MoneyRules(this.#terms, this.machine, this.#node);
  }

  #next(): void {
    const { machine } = this;
    if (this.#random.chance(this.#stopChance)) {
      machine.give({ kind: 'stop', cause: this.#random.pick(['deadline', 'aborted'] as const) });
      return;
    }
    if (this.#random.chance(0.2)) this.#node.runQueued();
    expect(machine.pending, 'something is always under way').not.toEqual([]);
    // Calls come back in any order, and a payment under way may take its time.
    const [at, command] = this.#random.pick([...machine.pending.entries()]);
    if (command.kind === 'send' && machine.pending.length > 1 && this.#random.chance(0.7)) return;
    const inputs = this.#answers(command);
    if (inputs === null) return;
    machine.pending.splice(at, 1);
    for (const input of inputs) {
      machine.give(input);
      this.#rules.check();
    }
  }

  /** `null`: no answer yet. */
  #answers(command: RebalanceCommand): RebalanceInput[] | null {
    const { machine } = this;
    switch (command.kind) {
      case 'commit':
        return [this.#commit(command.batch)];
      case 'find_route':
        if (this.#random.chance(0.01)) {
          return [{ kind: 'search_failed', fault: 'node', reason: 'no answer' }];
        }
        return [machine.honestAnswer(command)!];
      case 'add_invoice':
        return [this.#node.addInvoice(machine.honestAnswer(command)!, command.hold)];
      case 'cancel_invoice':
        return [this.#node.cancel(command.paymentHash)];
      case 'send': {
        const outcome = this.#node.send(command);
        return outcome === null ? null : [{ kind: 'sent', outcome }];
      }
      case 'track':
        return this.#isAbout(command.paymentHash) ? this.#node.track(command) : [];
      case 'watch_invoice': {
        if (!this.#isAbout(command.paymentHash)) return [];
        const seen = this.#node.watch(command);
        return seen === null ? null : [seen];
      }
      case 'settle_invoice':
        return [this.#node.settle(command)];
      case 'start_grace':
        return [{ kind: 'grace_over' }];
      case 'draw_secret':
      case 'find_arrival':
      case 'observe':
      case 'emit':
      case 'finish':
        return [machine.honestAnswer(command)!];
    }
  }

  #commit(batch: readonly JournalRecord[]): RebalanceInput {
    const isWhole = this.#diskFullAfter === Infinity;
    if (this.#commits >= this.#diskFullAfter || (!isWhole && this.#random.chance(0.05))) {
      return { kind: 'commit_failed', reason: 'disk full' };
    }
    this.#commits++;
    this.machine.journal.push(...batch);
    return { kind: 'committed' };
  }

  /** Streams about earlier payments have been ended. */
  #isAbout(paymentHash: string): boolean {
    const { state } = this.machine;
    if (state.phase !== 'sending' && state.phase !== 'tracking') return false;
    return state.live.paymentHash === paymentHash;
  }
}

/** With the end written down there is nothing to go on with. */
const isEnd = (command: RebalanceCommand): boolean =>
  command.kind === 'commit' && command.batch.some(({ kind }) => kind === 'end');
