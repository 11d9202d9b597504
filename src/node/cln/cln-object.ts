/** Reads the fields of what lightningd answers, strictly: an odd one is an error that names it. */
import { hexToBytes } from '../../units/bytes.ts';
import {
  type ChannelId,
  isNodeId,
  isPaymentHash,
  type NodeId,
  type PaymentHash,
  tryParseChannelId,
} from '../../units/ids.ts';
import { LATEST_DATE_MS } from '../../units/time.ts';
import { NodeError } from '../node-error.ts';
import { isObject } from './transport/answer.ts';
import type { Json } from './transport/exact-json.ts';

const HEX = /^(?:[0-9a-f]{2})*$/i;
const MSAT_TEXT = /^([0-9]{1,20})msat$/;

export class ClnObject {
  readonly #value: { readonly [name: string]: Json };
  /** The command that answered, for errors. */
  readonly #method: string;

  /** @throws NodeError where it is no object */
  constructor(method: string, value: Json) {
    if (!isObject(value)) throw oddAnswer(method, 'with something that is no object');
    this.#value = value;
    this.#method = method;
  }

  has(name: string): boolean {
    const value = this.#value[name];
    return value !== undefined && value !== null;
  }

  text(name: string): string {
    const value = this.#value[name];
    return typeof value === 'string' ? value : this.#odd(name, 'no text');
  }

  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  flag(name: string): boolean {
    const value = this.#value[name] ?? false;
    return typeof value === 'boolean' ? value : this.#odd(name, 'neither true nor false');
  }

  /** A whole number that is not negative, and exact. */
  count(name: string): number {
    const value = this.#value[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    return this.#odd(name, 'no whole number');
  }

  /** The same beyond 2^53. */
  big(name: string): bigint {
    const value = this.#value[name];
    if (typeof value === 'bigint' && value >= 0n) return value;
    return BigInt(this.count(name));
  }

  optionalBig(name: string): bigint | undefined {
    return this.has(name) ? this.big(name) : undefined;
  }

  optionalCount(name: string): number | undefined {
    return this.has(name) ? this.count(name) : undefined;
  }

  /** A number, or in older versions a text that ends in `msat`. */
  msat(name: string): bigint {
    const value = this.#value[name];
    const text = typeof value === 'string' ? MSAT_TEXT.exec(value)?.[1] : undefined;
    return text === undefined ? this.big(name) : BigInt(text);
  }

  optionalMsat(name: string): bigint | undefined {
    return this.has(name) ? this.msat(name) : undefined;
  }

  /** Unix time with fractions, in ms. */
  timeMs(name: string): number {
    const value = this.#value[name];
    if (typeof value === 'number' && value >= 0 && 1000 * value <= LATEST_DATE_MS)
      return Math.floor(value * 1000);
    return this.#odd(name, 'no time');
  }

  bytes(name: string): Uint8Array {
    const text = this.text(name);
    return HEX.test(text) ? hexToBytes(text) : this.#odd(name, 'no hex');
  }

  /** Exactly so many bytes. */
  fixedBytes(name: string, length: number): Uint8Array {
    const bytes = this.bytes(name);
    return bytes.length === length ? bytes : this.#odd(name, `not ${length} bytes`);
  }

  nodeId(name: string): NodeId {
    const text = this.text(name);
    return isNodeId(text) ? text : this.#odd(name, 'no node id');
  }

  paymentHash(name: string): PaymentHash {
    const text = this.text(name);
    return isPaymentHash(text) ? text : this.#odd(name, 'no payment hash');
  }

  channelId(name: string): ChannelId {
    const channelId = tryParseChannelId(this.text(name));
    return channelId !== undefined && channelId !== '0'
      ? channelId
      : this.#odd(name, 'no channel id');
  }

  optionalChannelId(name: string): ChannelId | undefined {
    return this.has(name) ? this.channelId(name) : undefined;
  }

  object(name: string): ClnObject {
    return new ClnObject(this.#method, this.#value[name] ?? null);
  }

  optionalObject(name: string): ClnObject | undefined {
    return this.has(name) ? this.object(name) : undefined;
  }

  /** Absent reads as empty. */
  list(name: string): readonly ClnObject[] {
    return this.values(name).map((value) => new ClnObject(this.#method, value));
  }

  values(name: string): readonly Json[] {
    const value = this.#value[name] ?? [];
    return Array.isArray(value) ? (value as readonly Json[]) : this.#odd(name, 'no list');
  }

  raw(name: string): Json | undefined {
    return this.#value[name];
  }

  #odd(name: string, what: string): never {
    const value = this.#value[name];
    const shown = value === undefined ? 'missing' : `${what}: ${shownValue(value)}`;
    throw oddAnswer(this.#method, `with a field ${name} that is ${shown}`);
  }
}

/** Objects may have a `toString` of their own, and lists may be deeper than can be written. */
const shownValue = (value: Json): string =>
  typeof value === 'object' && value !== null
    ? Array.isArray(value)
      ? 'a list'
      : 'an object'
    : String(value).slice(0, 80);

/** For answers that lightningd cannot have meant. */
export const oddAnswer = (method: string, what: string): NodeError =>
  new NodeError(
    'rpc',
    `lightningd answered ${method} ${what}; check its version and its log, and which plugins replace commands`,
  );
