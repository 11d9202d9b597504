/**
 * A store over a disk that outlives the process. Commits become durable one after another, each after a while; the
 * disk may refuse one, or take it and report a failure all the same. What was on its way when the process was killed
 * is durable up to a point that chance decides.
 */
import type {
  BalanceSample,
  BeliefState,
  DemandState,
  JournalRecord,
  Store,
} from '../../../src/ports.ts';
import { StoreError } from '../../../src/store/store-error.ts';
import { inOneLine } from '../event-log.ts';
import type { JournalDisk } from './journal-disk.ts';
import type { Machine } from './machine.ts';
import { never, type ProcessLife } from './process-life.ts';

interface PendingCommit {
  readonly batch: readonly JournalRecord[];
}

export interface FaultyStoreParts {
  readonly machine: Machine;
  readonly life: ProcessLife;
  readonly disk: JournalDisk;
  /** The store has closed itself: only a new start of the process helps. */
  readonly onClosed: () => void;
}

export class FaultyStore implements Store {
  readonly #parts: FaultyStoreParts;
  readonly #pending: PendingCommit[] = [];
  #lastAtMs = 0;
  #closed = false;

  constructor(parts: FaultyStoreParts) {
    this.#parts = parts;
    parts.life.onDeath(() => {
      const durable = parts.machine.random.below(this.#pending.length + 1);
      for (const { batch } of this.#pending.slice(0, durable)) parts.disk.write(batch);
      this.#pending.length = 0;
    });
  }

  commit(given: readonly JournalRecord[]): Promise<void> {
    const { machine, life } = this.#parts;
    if (!life.alive) return never();
    const batch = structuredClone(given);
    if (machine.killsAt({ port: 'store', method: 'commit', phase: 'before' }, life)) return never();
    if (this.#closed) {
      this.#parts.disk.refuse(batch);
      return this.#refuse('closed', 'the store is closed');
    }
    const { scheduler } = machine;
    const commit: PendingCommit = { batch };
    this.#pending.push(commit);
    // In the order in which they were asked for: each a millisecond after the one before at the least.
    this.#lastAtMs = Math.max(this.#lastAtMs + 1, scheduler.nowMs + machine.latencyMs());
    return new Promise((resolve, reject) => {
      scheduler.after(this.#lastAtMs - scheduler.nowMs, 'commit', () => {
        if (life.alive) this.#write(commit, resolve, reject);
      });
    });
  }

  #write(commit: PendingCommit, resolve: () => void, reject: (error: StoreError) => void): void {
    const { machine, life, disk } = this.#parts;
    const { plan, log, scheduler } = machine;
    this.#pending.splice(this.#pending.indexOf(commit), 1);
    const kinds = commit.batch.map(({ kind, rebalanceId }) => `${kind} of ${rebalanceId}`);
    const answer = (line: string, give: () => void): void => {
      scheduler.after(machine.latencyMs(), 'commit answers', () => {
        if (!life.alive) return;
        log.add(`commit ${line}`);
        give();
      });
    };
    if (this.#closed) {
      disk.refuse(commit.batch);
      answer('refused: closed', () => reject(new StoreError('closed', 'the store is closed')));
      return;
    }
    const number = machine.commits++;
    const { exactly } = plan;
    const fate = exactly?.port === 'store' && exactly.number === number ? exactly.fate : null;
    if (
      fate === 'refused' ||
      machine.strikes(plan.store.refused, 'commit refused, nothing written')
    ) {
      disk.refuse(commit.batch);
      log.add(`disk refuses ${kinds.join(', ')}`);
      answer('refused', () => reject(new StoreError('full', 'the disk is full')));
      return;
    }
    disk.write(commit.batch);
    log.add(`disk has ${kinds.join(', ')}`);
    if (machine.killsAt({ port: 'store', method: 'commit', phase: 'after' }, life)) return;
    if (
      fate === 'refused_yet_written' ||
      machine.strikes(plan.store.refusedYetWritten, 'commit refused, yet written')
    ) {
      disk.refuse(commit.batch);
      if (machine.strikes(plan.store.closesItself, 'store closed itself')) this.#closeItself();
      answer('refused, yet written', () => reject(new StoreError('io', 'the disk failed')));
      return;
    }
    answer('done', resolve);
  }

  #closeItself(): void {
    this.#closed = true;
    this.#parts.onClosed();
  }

  records(): Promise<readonly JournalRecord[]> {
    return this.#read('records', () => this.#parts.disk.reader.records());
  }

  unfinished(): Promise<readonly JournalRecord[]> {
    return this.#read('unfinished', () => this.#parts.disk.reader.unfinished());
  }

  recordsOf(key: Parameters<Store['recordsOf']>[0]): ReturnType<Store['recordsOf']> {
    return this.#read(`recordsOf ${inOneLine(key)}`, () => this.#parts.disk.reader.recordsOf(key));
  }

  feesPaid(): ReturnType<Store['feesPaid']> {
    return this.#read('feesPaid', () => this.#parts.disk.reader.feesPaid());
  }

  beliefs(): ReturnType<Store['beliefs']> {
    return this.#read('beliefs', () => this.#parts.disk.beliefs.beliefs());
  }

  /** Nothing hangs on them, so they are lost more often than anything else. */
  keepBeliefs(beliefs: BeliefState): Promise<void> {
    const kept = structuredClone(beliefs);
    return this.#believe(`keep ${kept.rows.length} beliefs`, (disk) => disk.keepBeliefs(kept));
  }

  forgetBeliefs(options: { readonly beforeMs: number }): Promise<void> {
    return this.#believe('forget beliefs', (disk) => disk.forgetBeliefs(options));
  }

  keepBalances(sample: BalanceSample): Promise<void> {
    const kept = structuredClone(sample);
    return this.#believe(`keep ${kept.channels.length} balances`, (disk) =>
      disk.keepBalances(kept),
    );
  }

  balances(options?: Parameters<Store['balances']>[0]): ReturnType<Store['balances']> {
    return this.#read('balances', () => this.#parts.disk.beliefs.balances(options));
  }

  keepDemand(state: DemandState): Promise<void> {
    const kept = structuredClone(state);
    return this.#believe(`keep ${kept.rows.length} rows of demand`, (disk) =>
      disk.keepDemand(kept),
    );
  }

  demand(): ReturnType<Store['demand']> {
    return this.#read('demand', () => this.#parts.disk.beliefs.demand());
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #believe(what: string, perform: (disk: JournalDisk['beliefs']) => Promise<void>): Promise<void> {
    const { machine, life, disk } = this.#parts;
    if (!life.alive) return never();
    if (this.#closed) return this.#refuse('closed', 'the store is closed');
    const { refused, refusedYetWritten, unreadable } = machine.plan.store;
    const rate = Math.min(1, 5 * Math.max(refused, refusedYetWritten, unreadable));
    const fails = machine.strikes(rate, 'beliefs refused');
    return new Promise((resolve, reject) => {
      machine.scheduler.after(machine.latencyMs(), what, () => {
        if (!life.alive) return;
        machine.log.add(fails ? `disk refuses to ${what}` : `disk: ${what}`);
        if (fails) reject(new StoreError('full', 'the disk is full'));
        else perform(disk.beliefs).then(resolve, reject);
      });
    });
  }

  #read<T>(what: string, read: () => Promise<T>): Promise<T> {
    const { machine, life } = this.#parts;
    if (!life.alive) return never();
    if (machine.killsAt({ port: 'store', method: 'read', phase: 'before' }, life)) return never();
    if (this.#closed) return this.#refuse('closed', 'the store is closed');
    machine.log.add(`read ${what}`);
    const fails = machine.strikes(machine.plan.store.unreadable, 'store not readable');
    // Reads see what was asked to be committed before them.
    this.#lastAtMs = Math.max(this.#lastAtMs + 1, machine.scheduler.nowMs + machine.latencyMs());
    return new Promise((resolve, reject) => {
      machine.scheduler.after(this.#lastAtMs - machine.scheduler.nowMs, `read ${what}`, () => {
        if (!life.alive) return;
        if (fails) reject(new StoreError('io', 'the journal could not be read'));
        else read().then(resolve, reject);
      });
    });
  }

  #refuse<T>(code: 'closed', message: string): Promise<T> {
    const { machine, life } = this.#parts;
    return new Promise((_, reject) => {
      machine.scheduler.after(1, 'store refuses', () => {
        if (life.alive) reject(new StoreError(code, message));
      });
    });
  }
}
