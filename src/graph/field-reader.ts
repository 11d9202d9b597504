/**
 * Reads loosely typed fields of one record, as JSON or a gRPC message delivers them, and remembers the first thing
 * that is wrong with it. Reading goes on after a defect, so that callers stay straight-line code.
 */
import { isNodeId, type NodeId } from '../units/ids.ts';

/** Integers up to here are exact in the typed columns. */
export const MAX_EXACT: number = Number.MAX_SAFE_INTEGER;
export const MAX_UINT16 = 0xffff;
export const MAX_UINT32 = 0xffff_ffff;
const INT32 = 2 ** 31;

const NO_NODE = `02${'0'.repeat(64)}` as NodeId;
const INTEGER = /^-?[0-9]{1,20}$/;

/** What holds valid node ids and nothing else: a graph. */
export interface KnownNodes {
  hasNode(text: string): boolean;
}

export class FieldReader {
  /** The first defect found, or `undefined` while all is well. */
  defect: string | undefined;
  #owner: string | undefined;

  /** The part of the record whose fields come next, for the names in reasons; `undefined` for the record itself. */
  in(owner: string | undefined): this {
    this.#owner = owner;
    return this;
  }

  fail(reason: string): void {
    this.defect ??= reason;
  }

  /** Names are put together only here: to do so for each of a million fields would cost more than to read them. */
  #failAt(name: string, wrong: string): void {
    this.fail(this.#owner === undefined ? `${name} ${wrong}` : `${this.#owner}.${name} ${wrong}`);
  }

  /** An integer given as number, bigint or decimal text; absent or empty reads as 0, as in proto3. */
  #integer(name: string, value: unknown): number {
    if (value === undefined || value === null || value === '') return 0;
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) this.#failAt(name, `is not a whole number: ${value}`);
      return value;
    }
    if (typeof value === 'bigint') return Number(value);
    if (typeof value === 'string') {
      const number = shortDecimal(value) ?? (INTEGER.test(value) ? Number(value) : undefined);
      if (number !== undefined) return number;
    }
    this.#failAt(name, `is not a whole number: ${describe(value)}`);
    return 0;
  }

  uint(name: string, value: unknown, max: number): number {
    const number = this.#integer(name, value);
    if (number < 0) this.#failAt(name, `is negative: ${number}`);
    else if (number > max) this.#failAt(name, `is above ${max}: ${describe(value)}`);
    return number + 0; // -0 reads as 0
  }

  int32(name: string, value: unknown): number {
    const number = this.#integer(name, value);
    if (number < -INT32 || number >= INT32) this.#failAt(name, `is no 32-bit integer: ${number}`);
    return number;
  }

  /** An id that is `known` needs no other check, which spares most of a graph's. */
  nodeId(name: string, value: unknown, known?: KnownNodes): NodeId {
    if (typeof value === 'string') {
      if (known?.hasNode(value) === true || isNodeId(value)) return value as NodeId;
      const lower = value.toLowerCase();
      if (isNodeId(lower)) return lower;
    }
    const wrong = 'is no public key (66 hex characters beginning 02 or 03)';
    this.#failAt(name, `${wrong}: ${describe(value)}`);
    return NO_NODE;
  }

  text(name: string, value: unknown): string {
    if (value === undefined || value === null) return '';
    if (typeof value === 'string') return value;
    this.#failAt(name, `is not a text: ${describe(value)}`);
    return '';
  }

  flag(name: string, value: unknown): boolean {
    if (value === undefined || value === null) return false;
    if (typeof value === 'boolean') return value;
    this.#failAt(name, `is neither true nor false: ${describe(value)}`);
    return false;
  }
}

/** The value of up to 15 digits, or `undefined` for any other text. */
function shortDecimal(text: string): number | undefined {
  if (text.length > 15) return undefined;
  let number = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    number = 10 * number + digit;
  }
  return number;
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 80)}"`;
  return typeof value === 'object' ? 'an object' : String(value);
}
