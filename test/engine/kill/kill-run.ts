/** Kills a process that rebalances over a served network, again and again, and gathers what that has broken. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalRecord } from '../../../src/ports.ts';
import { type ServedLnd, serveLnd } from '../../../src/sim/lnd/serve-lnd.ts';
import { SeededRandom } from '../../../src/sim/random.ts';
import { openSqliteStore } from '../../../src/store/sqlite.ts';
import { type Asked, JournalJudge } from './journal-judge.ts';
import { drawKillMoments, type KillMoment, type Sign, shown } from './kill-moment.ts';
import { type KillNetwork, killNetwork, startWeather } from './kill-network.ts';
import { nowUnderWay, type Phase, phasesOf, type UnderWay } from './kill-phases.ts';
import { startKillProcess } from './kill-process.ts';
import type { KillTerms, KillWord } from './kill-terms.ts';
import { NetworkWitness } from './network-witness.ts';
import type { Bug } from './planted-bugs.ts';

/** A sign that has not come by then is not waited for any longer: after recovery, and for that. */
const PATIENCE_MS = 1_000;
const STARTING_PATIENCE_MS = 30_000;
/** In msat: about one to ten payments' worth. */
const FRESH_BUDGETS = [30_000, 100_000, 300_000];

export interface KillTally {
  readonly violations: readonly string[];
  readonly kills: number;
  readonly phases: ReadonlyMap<Phase | 'killed while starting' | 'killed while resuming', number>;
  readonly payments: number;
  readonly settled: number;
  readonly rebalances: number;
}

export class KillRun {
  readonly #random: SeededRandom;
  readonly #world: KillNetwork;
  readonly #witness: NetworkWitness;
  readonly #folder = mkdtempSync(join(tmpdir(), 'ballast-kill-'));
  readonly #path = join(this.#folder, 'ballast.db');
  readonly #cacheFolder = join(this.#folder, 'compiled');
  readonly #bug: Bug | null;
  readonly #asked = new Map<string, Asked>();
  readonly #phases = new Map<Phase | 'killed while starting' | 'killed while resuming', number>();
  #kills = 0;

  constructor(seed: number, bug: Bug | null = null) {
    this.#random = new SeededRandom(seed);
    this.#world = killNetwork(this.#random.fork('network'));
    this.#witness = new NetworkWitness(this.#world);
    this.#bug = bug;
  }

  /** Ends at the first violation of the kind that is sought. */
  async run(kills: number, sought: RegExp = /./): Promise<KillTally> {
    const isFound = ({ violations }: JournalJudge): boolean =>
      violations.some((message) => sought.test(message));
    const lnd = await serveLnd(this.#world.network, this.#world.self);
    const endWeather = startWeather(this.#world, this.#random.fork('weather'));
    try {
      // With nothing to do yet; only a process that ends by itself leaves what Node compiled for the next.
      let judge = await this.#finish(lnd);
      if (judge.violations.length > 0) return this.#tally(judge);
      for (const moment of drawKillMoments(this.#random.fork('moments'), kills)) {
        judge = await this.#killAt(moment, lnd);
        if (isFound(judge)) return this.#tally(judge);
      }
      endWeather();
      judge = await this.#finish(lnd);
      return this.#tally(judge);
    } finally {
      endWeather();
      await lnd.close();
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  async #killAt(moment: KillMoment, lnd: ServedLnd): Promise<JournalJudge> {
    let seen = 0;
    const words = new Set<KillWord['kind']>();
    const terms = this.#terms('rebalance', lnd);
    const onSign = (sign: Sign): void => {
      if (sign !== moment.sign || ++seen !== moment.nth) return;
      killSoon();
    };
    this.#witness.onSeen = onSign;
    const process = startKillProcess(terms, this.#cacheFolder, (word) => {
      words.add(word.kind);
      if (word.kind === 'resumed') timers.push(setTimeout(kill, PATIENCE_MS));
      this.#hear(word);
      onSign(`says ${word.kind}`);
    });
    let atKill: UnderWay = new Map();
    const kill = (): void => {
      atKill = nowUnderWay(this.#witness);
      process.kill();
    };
    const timers = [setTimeout(kill, STARTING_PATIENCE_MS)];
    const killSoon = (): void => {
      if (moment.thenMs === 0) kill();
      else timers.push(setTimeout(kill, moment.thenMs));
    };
    if (moment.sign === null) killSoon();
    const { signal, stderr } = await process.ended;
    for (const timer of timers) clearTimeout(timer);
    this.#witness.onSeen = () => undefined;
    this.#kills++;
    const judge = new JournalJudge(await this.#readJournal(), this.#witness);
    judge.judge(this.#asked);
    const when = `kill ${this.#kills}, ${shown(moment)}`;
    if (signal !== 'SIGKILL' || stderr !== '') {
      judge.violations.push(`the process ended by itself before ${when}: ${stderr}`);
    } else if (judge.violations.length > 0) {
      judge.violations.push(`seen after ${when}`);
    }
    if (!words.has('open')) this.#count('killed while starting');
    else if (!words.has('resumed')) this.#count('killed while resuming');
    for (const phase of phasesOf(judge, this.#witness, atKill)) this.#count(phase);
    return judge;
  }

  async #finish(lnd: ServedLnd): Promise<JournalJudge> {
    let finished = false;
    const process = startKillProcess(this.#terms('finish', lnd), this.#cacheFolder, (word) => {
      if (word.kind === 'finished') finished = true;
    });
    const { stderr } = await process.ended;
    const judge = new JournalJudge(await this.#readJournal(), this.#witness);
    judge.judge(this.#asked);
    judge.judgeEnd();
    if (!finished) judge.violations.push(`the last process did not finish: ${stderr}`);
    for (const { channelId, paymentHash } of this.#world.network.pendingHtlcs()) {
      judge.violations.push(`payment ${paymentHash} is still locked on channel ${channelId}`);
    }
    return judge;
  }

  #terms(work: KillTerms['work'], { address, tlsCertPem, macaroonHex }: ServedLnd): KillTerms {
    const witness = this.#witness;
    const freshMsat = witness.costMsat() + BigInt(this.#random.pick(FRESH_BUDGETS));
    // What one process could pay, the next one may: a payment that it asked for may leave only now.
    if (freshMsat > witness.budgetMsat) witness.budgetMsat = freshMsat;
    return {
      work,
      address,
      tlsCertPem,
      macaroonHex,
      path: this.#path,
      seed: this.#random.uint32(),
      budgetMsat: String(witness.budgetMsat),
      ownChannels: this.#world.ownChannels,
      bug: this.#bug,
    };
  }

  #hear(word: KillWord): void {
    if (word.kind !== 'asked') return;
    const { rebalanceId, inChannelId } = word;
    const maxFeePpm = BigInt(word.maxFeePpm);
    this.#asked.set(rebalanceId, { inChannelId, maxFeePpm, maxFeeMsat: BigInt(word.maxFeeMsat) });
  }

  /** From a copy: the file itself stays as the kill has left it, for the next process to open. */
  async #readJournal(): Promise<readonly JournalRecord[]> {
    if (!existsSync(this.#path)) return [];
    const copy = join(this.#folder, 'copy.db');
    for (const end of ['', '-wal']) {
      rmSync(`${copy}${end}`, { force: true });
      if (existsSync(`${this.#path}${end}`)) copyFileSync(`${this.#path}${end}`, `${copy}${end}`);
    }
    const store = await openSqliteStore(copy);
    try {
      return await store.records();
    } finally {
      await store.close();
    }
  }

  #count(phase: Phase | 'killed while starting' | 'killed while resuming'): void {
    this.#phases.set(phase, (this.#phases.get(phase) ?? 0) + 1);
  }

  #tally(judge: JournalJudge): KillTally {
    const { sightings } = this.#witness;
    return {
      violations: judge.violations,
      kills: this.#kills,
      phases: this.#phases,
      payments: sightings.length,
      settled: sightings.filter(({ flight }) => flight.state === 'settled').length,
      rebalances: new Set(judge.records.map(({ rebalanceId }) => rebalanceId)).size,
    };
  }
}
