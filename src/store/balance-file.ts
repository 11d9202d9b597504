/** The samples of balances in the file of a store, synchronously: what the thread of the store does. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BalanceSample } from '../ports.ts';
import { bytesToHex, hexToBytes } from '../units/bytes.ts';
import { isNodeId, tryParseChannelId } from '../units/ids.ts';
import { LATEST_DATE_MS } from '../units/time.ts';
import type { BalanceColumns, BalanceHolder } from './balance-columns.ts';
import type { SpareRoom } from './spare-room.ts';
import { StoreError } from './store-error.ts';
import { datesToDrop } from './thin-balances.ts';

const HOLDER = `
  SELECT number FROM balance_holder
  WHERE channel_id = ?1 AND peer = ?2 AND peer_alias = ?3 AND capacity_sat = ?4`;
const NEW_HOLDER = `
  INSERT INTO balance_holder (channel_id, peer, peer_alias, capacity_sat) VALUES (?1, ?2, ?3, ?4)
  RETURNING number`;

export class BalanceFile {
  readonly #database: DatabaseSync;
  readonly #room: SpareRoom;
  readonly #statements: {
    readonly [Name in 'holder' | 'newHolder' | 'balance']: StatementSync;
  };

  constructor(database: DatabaseSync, room: SpareRoom) {
    this.#database = database;
    this.#room = room;
    this.#statements = {
      holder: database.prepare(HOLDER),
      newHolder: database.prepare(NEW_HOLDER),
      balance: database.prepare('INSERT INTO balance VALUES (?, ?, ?, ?)'),
    };
  }

  /** Within the transaction of the caller. @throws StoreError `full` where the journal needs the room. */
  write(sample: BalanceSample): void {
    const dates = this.#database.prepare('SELECT at_ms FROM balance_sample').all();
    const others = dates.map(({ at_ms }) => Number(at_ms)).filter((atMs) => atMs !== sample.atMs);
    const all = [...others, sample.atMs].sort((a, b) => a - b);
    const goes = new Set(datesToDrop(all, sample.atMs));
    // Those that go make room first.
    this.#drop([...goes, sample.atMs]);
    this.#room.assert('balances are');
    if (!goes.has(sample.atMs)) this.#insert(sample);
  }

  #insert({ atMs, channels }: BalanceSample): void {
    this.#database.prepare('INSERT INTO balance_sample VALUES (?)').run(atMs);
    let isNew = false;
    for (const channel of channels) {
      const known = this.#holder(channel);
      isNew ||= known === undefined;
      const number = known ?? this.#newHolder(channel);
      this.#statements.balance.run(atMs, number, channel.localMsat, channel.remoteMsat);
    }
    if (!isNew) return;
    // A peer may change its name as often as it likes: names that no sample has any more make room.
    this.#database.exec(
      'DELETE FROM balance_holder WHERE number NOT IN (SELECT holder FROM balance)',
    );
  }

  /** @throws StoreError `corrupt` for what nobody has written. */
  read(sinceMs: number): BalanceColumns {
    const { holders, places } = this.#holders();
    const since = Math.max(0, Math.ceil(sinceMs));
    const samples = this.#database
      .prepare(
        `SELECT at_ms, (SELECT count(*) FROM balance b WHERE b.at_ms = s.at_ms) AS n
         FROM balance_sample s WHERE at_ms >= ? ORDER BY at_ms`,
      )
      .all(since);
    const counts = Uint32Array.from(samples, ({ n }) => Number(n));
    if (samples.some(({ at_ms }) => Number(at_ms) > LATEST_DATE_MS)) {
      throw corrupt('balances of no date');
    }
    const count = counts.reduce((sum, n) => sum + n, 0);
    const columns: BalanceColumns = {
      holders,
      atMs: Float64Array.from(samples, ({ at_ms }) => Number(at_ms)),
      counts,
      holder: new Uint32Array(count),
      localMsat: new BigInt64Array(count),
      remoteMsat: new BigInt64Array(count),
    };
    const balances = this.#database.prepare(
      'SELECT holder, local_msat, remote_msat FROM balance WHERE at_ms >= ? ORDER BY at_ms, holder',
    );
    balances.setReadBigInts(true);
    let i = 0;
    for (const { holder, local_msat, remote_msat } of balances.iterate(since)) {
      const place = places.get(Number(holder));
      if (place === undefined || i === count) throw corrupt('a balance of no channel');
      if ((local_msat as bigint) < 0n || (remote_msat as bigint) < 0n) {
        throw corrupt('a balance below zero');
      }
      columns.holder[i] = place;
      columns.localMsat[i] = local_msat as bigint;
      columns.remoteMsat[i++] = remote_msat as bigint;
    }
    return columns;
  }

  #holders(): { readonly holders: BalanceHolder[]; readonly places: Map<number, number> } {
    const holders: BalanceHolder[] = [];
    const places = new Map<number, number>();
    const query = this.#database.prepare('SELECT * FROM balance_holder');
    query.setReadBigInts(true);
    for (const row of query.iterate()) {
      const channelId = tryParseChannelId(String(row['channel_id']));
      const peer = bytesToHex(row['peer'] as Uint8Array);
      if (channelId === undefined || !isNodeId(peer)) throw corrupt('the balance of no channel');
      const peerAlias = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
        row['peer_alias'] as Uint8Array,
      );
      const capacitySat = row['capacity_sat'] as bigint;
      if (capacitySat < 0n) throw corrupt('a channel with a capacity below zero');
      const place = holders.push({ channelId, peer, peerAlias, capacitySat }) - 1;
      places.set(Number(row['number']), place);
    }
    return { holders, places };
  }

  #holder(channel: BalanceHolder): number | undefined {
    const number = this.#statements.holder.get(...described(channel))?.['number'];
    return number === undefined ? undefined : Number(number);
  }

  #newHolder(channel: BalanceHolder): number {
    return Number(this.#statements.newHolder.get(...described(channel))?.['number']);
  }

  #drop(dates: readonly number[]): void {
    for (const atMs of dates) {
      this.#database.prepare('DELETE FROM balance_sample WHERE at_ms = ?').run(atMs);
      this.#database.prepare('DELETE FROM balance WHERE at_ms = ?').run(atMs);
    }
  }
}

const described = ({ channelId, peer, peerAlias, capacitySat }: BalanceHolder) =>
  [channelId, hexToBytes(peer), new TextEncoder().encode(peerAlias), capacitySat] as const;

const corrupt = (what: string): StoreError =>
  new StoreError(
    'corrupt',
    `the store has ${what}, which cannot be read; past balances are lost, the journal is as it was`,
  );
