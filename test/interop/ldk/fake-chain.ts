/** A chain without miners and without work: LDK's nodes believe the headers and transactions that they are shown. */
import type { Confirm } from 'lightningdevkit';
import type { LdkModule } from '../../../bench/ldk/load-ldk.ts';

const HEADER_LENGTH = 80;
const GENESIS_TIME = 1_700_000_000;
const SECONDS_PER_BLOCK = 600;
/** Where a transaction of a block stands: the first is the coinbase. */
const FIRST_TRANSACTION = 1;

export class FakeChain {
  readonly #ldk: LdkModule;
  readonly #watchers: Confirm[] = [];
  #height = 0;

  constructor(ldk: LdkModule) {
    this.#ldk = ldk;
  }

  get height(): number {
    return this.#height;
  }

  /** Unix seconds of the newest block. */
  get time(): number {
    return GENESIS_TIME + SECONDS_PER_BLOCK * this.#height;
  }

  watch(watcher: Confirm): void {
    this.#watchers.push(watcher);
  }

  /** One block, with this transaction in it. Returns the short channel id of the transaction's first output. */
  confirm(transaction: Uint8Array): bigint {
    this.#mineOne(transaction);
    return (BigInt(this.#height) << 40n) | (BigInt(FIRST_TRANSACTION) << 16n);
  }

  mine(blocks: number): void {
    for (let i = 0; i < blocks; i++) this.#mineOne(undefined);
  }

  #mineOne(transaction: Uint8Array | undefined): void {
    this.#height++;
    const header = this.#header();
    for (const watcher of this.#watchers) {
      if (transaction !== undefined) {
        // Made anew for each watcher, for LDK takes what it is given.
        const placed = this.#ldk.TwoTuple_usizeTransactionZ.constructor_new(
          FIRST_TRANSACTION,
          transaction,
        );
        watcher.transactions_confirmed(header, [placed], this.#height);
      }
      watcher.best_block_updated(header, this.#height);
    }
  }

  /** Version, previous hash, Merkle root, time, difficulty, nonce: only time and nonce tell blocks apart. */
  #header(): Uint8Array {
    const header = new Uint8Array(HEADER_LENGTH);
    const view = new DataView(header.buffer);
    view.setUint32(0, 2, true);
    view.setUint32(68, this.time, true);
    view.setUint32(76, this.#height, true);
    return header;
  }
}

/**
 * A transaction with one input out of nowhere and one output. The witness holds a single empty item: LDK only wants
 * to see that there is one. `serial` keeps two of them apart.
 */
export function fundingTransaction(output: {
  readonly script: Uint8Array;
  readonly valueSat: bigint;
  readonly serial: number;
}): Uint8Array {
  const { script, valueSat, serial } = output;
  const number = (value: bigint, bytes: number): number[] =>
    Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
  const previous = [...number(BigInt(serial), 32), ...number(0n, 4)];
  const input = [...previous, 0, ...number(0xffff_ffffn, 4)];
  return Uint8Array.from([
    ...number(2n, 4),
    ...[0, 1],
    ...[1, ...input],
    ...[1, ...number(valueSat, 8), script.length, ...script],
    ...[1, 0],
    ...number(0n, 4),
  ]);
}
