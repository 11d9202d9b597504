/**
 * One node's settled forwards, by time, as lnd's database has them (lnd: `channeldb/forwarding_log.go`). They are kept
 * in columns outside the heap: a busy week leaves hundreds of thousands of them, which must not pass for a leak of the
 * program under test.
 */
import type { ChannelId } from '../units/ids.ts';
import type { ForwardRecord } from './records.ts';

const FIELDS = 7;
const FIRST_ROOM = 16;

export class ForwardLog {
  /** Row by row; the time comes first. */
  #columns = new BigInt64Array(FIRST_ROOM * FIELDS);
  #length = 0;

  /** A time that another forward has already moves on by a nanosecond (`storeEvent`). */
  add(forward: Omit<ForwardRecord, 'feeMsat'>): void {
    if ((this.#length + 1) * FIELDS > this.#columns.length) this.#grow();
    let { timestampNs } = forward;
    let place = this.#firstFrom(timestampNs);
    while (place < this.#length && this.#timeAt(place) === timestampNs) {
      place++;
      timestampNs++;
    }
    // A clock that was set back leaves later ones to make room for.
    this.#columns.copyWithin((place + 1) * FIELDS, place * FIELDS, this.#length * FIELDS);
    const row = [
      timestampNs,
      BigInt(forward.channelIn),
      BigInt(forward.channelOut),
      forward.amountInMsat,
      forward.amountOutMsat,
      forward.incomingHtlcId,
      forward.outgoingHtlcId,
    ];
    this.#columns.set(row, place * FIELDS);
    this.#length++;
  }

  #grow(): void {
    const wider = new BigInt64Array(this.#columns.length * 2);
    wider.set(this.#columns);
    this.#columns = wider;
  }

  #timeAt(place: number): bigint {
    return this.#columns[place * FIELDS]!;
  }

  /** Place of the first forward at this time or later. */
  #firstFrom(timestampNs: bigint): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#timeAt(middle) < timestampNs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Those of a period, both ends included. */
  *between(sinceNs: bigint, untilNs: bigint | undefined): Generator<ForwardRecord> {
    for (let place = this.#firstFrom(sinceNs); place < this.#length; place++) {
      if (untilNs !== undefined && this.#timeAt(place) > untilNs) return;
      yield this.#at(place);
    }
  }

  #at(place: number): ForwardRecord {
    const at = (field: number): bigint => this.#columns[place * FIELDS + field]!;
    const channelAt = (field: number): ChannelId =>
      BigInt.asUintN(64, at(field)).toString() as ChannelId;
    return {
      timestampNs: at(0),
      channelIn: channelAt(1),
      channelOut: channelAt(2),
      amountInMsat: at(3),
      amountOutMsat: at(4),
      feeMsat: at(3) - at(4),
      incomingHtlcId: at(5),
      outgoingHtlcId: at(6),
    };
  }
}
