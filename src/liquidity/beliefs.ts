/** Evidence, suspicions and amounts under way, and what a model makes of them. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { BeliefRow } from '../ports.ts';
import type { NodeId } from '../units/ids.ts';
import { Changes } from './changes.ts';
import { CorridorTable } from './corridor-table.ts';
import { type Evidence, NO_EVIDENCE } from './evidence.ts';
import { HeldAmounts, type HeldLink } from './held-amounts.ts';
import type { LiquidityFact } from './liquidity-fact.ts';
import type { CorridorQuery, LiquidityModel } from './liquidity-model.ts';
import { NodeSuspicion } from './node-suspicion.ts';
import { recordFact } from './record-fact.ts';
import { type CorridorChannels, channelsOf, corridorBetween } from './snapshot-corridors.ts';

/** A directed pair of nodes and an amount, at a time. */
export interface BeliefQuestion {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly amountMsat: number;
  readonly nowMs: number;
}

/** When facts became known, and what tells the model which channels they are about. */
export interface Observation {
  readonly atMs: number;
  /** Without it only bounds are learnt. */
  readonly snapshot?: GraphSnapshot;
  /** Our own node: its channels were chosen for their balances, which says nothing about those of others. */
  readonly self?: NodeId;
}

export interface BeliefTerms {
  readonly model: LiquidityModel;
  readonly hopFailure: number;
  readonly suspicionMs: number;
  readonly maxCorridors: number;
}

export class Beliefs {
  readonly table: CorridorTable = new CorridorTable();
  readonly nodes: NodeSuspicion = new NodeSuspicion();
  readonly #terms: BeliefTerms;
  readonly #held = new HeldAmounts(this.table);
  readonly #followers = new Set<Changes>();

  constructor(terms: BeliefTerms) {
    this.#terms = terms;
  }

  /** Rises when probabilities without evidence have changed. */
  get epoch(): number {
    return this.#terms.model.learning?.epoch ?? 0;
  }

  observe(facts: readonly LiquidityFact[], { atMs, snapshot, self }: Observation): void {
    for (const fact of facts) {
      const corridor = this.table.reach(fact.from, fact.to);
      const isOwn = fact.from === self || fact.to === self;
      if (snapshot !== undefined && !isOwn) this.#teach(fact, snapshot, atMs);
      recordFact(this.table, corridor, { fact, atMs, heldMsat: this.#held.of(corridor) });
      this.changed(corridor);
    }
    this.#keepBounded();
    const standing = this.nodes.observe(facts, atMs);
    for (const changes of this.#followers) {
      for (const nodeId of standing) changes.nodes.add(nodeId);
    }
  }

  /** Of a corridor between nodes of which nothing is known. */
  unknownProbability(
    channels: CorridorChannels,
    { amountMsat, nowMs }: Pick<BeliefQuestion, 'amountMsat' | 'nowMs'>,
  ): number {
    const { model, hopFailure } = this.#terms;
    return model.probability(this.#query(-1, channels), amountMsat, nowMs) * (1 - hopFailure);
  }

  /** @param corridor Its number in the table, or -1 where nothing is known of it. */
  probability(corridor: number, channels: CorridorChannels, asked: BeliefQuestion): number {
    const { model, hopFailure, suspicionMs } = this.#terms;
    const { amountMsat, nowMs } = asked;
    const beside = amountMsat + (corridor < 0 ? 0 : this.#held.of(corridor));
    const carries = model.probability(this.#query(corridor, channels), beside, nowMs);
    const online = this.nodes.reliability(asked, { nowMs, lastingMs: suspicionMs });
    return carries * online * (1 - hopFailure) * (1 - this.#suspicion(corridor, nowMs));
  }

  #suspicion(corridor: number, nowMs: number): number {
    const atMs = corridor < 0 ? 0 : this.table.suspectAtMs[corridor]!;
    return atMs === 0 ? 0 : Math.exp(-Math.max(0, nowMs - atMs) / this.#terms.suspicionMs);
  }

  #query(corridor: number, channels: CorridorChannels): CorridorQuery {
    if (corridor < 0) {
      return { ...channels, evidence: NO_EVIDENCE, reverse: NO_EVIDENCE, neighbours: () => [] };
    }
    return {
      ...channels,
      evidence: this.table.evidence(corridor),
      reverse: this.table.evidence(corridor ^ 1),
      neighbours: () => this.#neighbours(corridor),
    };
  }

  *#neighbours(corridor: number): Iterable<Evidence> {
    for (const other of this.table.leaving(this.table.from(corridor))) {
      if (other !== corridor) yield this.table.evidence(other);
    }
  }

  #teach(fact: LiquidityFact, snapshot: GraphSnapshot, nowMs: number): void {
    const { learning } = this.#terms.model;
    if (learning === undefined || fact.kind === 'suspect') return;
    const between = corridorBetween(snapshot, fact);
    if (between < 0) return;
    const amountMsat = Number(fact.amountMsat);
    const channels = channelsOf(snapshot, between, amountMsat);
    if (channels.capacitiesMsat.length === 0) return;
    const query = this.#query(this.table.find(fact.from, fact.to), channels);
    learning.learn(query, { amountMsat, passed: fact.kind !== 'lacked' }, nowMs);
  }

  hold(id: string, links: readonly HeldLink[]): void {
    this.release(id);
    for (const corridor of this.#held.add(id, links)) this.changed(corridor);
  }

  release(id: string): void {
    for (const corridor of this.#held.remove(id)) this.changed(corridor);
  }

  /** What a store or another node knows. */
  put(row: BeliefRow): void {
    const corridor = this.table.reach(row.from, row.to);
    this.table.setRow(corridor, row);
    this.changed(corridor);
    this.#keepBounded();
  }

  /** As if nothing had been learnt; what is under way stays held. */
  forget(): void {
    const { table } = this;
    for (const corridor of table.corridors()) {
      if (table.latestMs(corridor) > 0) {
        table.setRow(corridor, { ...NO_EVIDENCE, suspectAtMs: 0 });
        this.changed(corridor);
      }
    }
    for (const changes of this.#followers) {
      for (const nodeId of this.nodes.all()) changes.nodes.add(nodeId);
    }
    this.nodes.clear();
    this.#terms.model.learning?.forget();
  }

  /** Forgets the older half where there are too many. */
  #keepBounded(): void {
    const { table } = this;
    const { maxCorridors } = this.#terms;
    if (table.count <= maxCorridors) return;
    const heardMs = (pair: number): number =>
      Math.max(table.latestMs(2 * pair), table.latestMs(2 * pair + 1));
    const pairs = Array.from({ length: table.count / 2 }, (_, pair) => pair);
    const rows = pairs
      .sort((a, b) => heardMs(b) - heardMs(a))
      .slice(0, Math.floor(maxCorridors / 4))
      .flatMap((pair) => [table.row(2 * pair), table.row(2 * pair + 1)]);
    table.clear();
    for (const row of rows) table.setRow(table.reach(row.from, row.to), row);
    this.#held.renumber();
    for (const changes of this.#followers) changes.everything = true;
  }

  changed(corridor: number): void {
    for (const { corridors } of this.#followers) corridors.add(corridor).add(corridor ^ 1);
  }

  /** Collects what changes from now on. */
  follow(): Changes {
    const changes = new Changes();
    this.#followers.add(changes);
    return changes;
  }

  unfollow(changes: Changes): void {
    this.#followers.delete(changes);
  }
}
