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

export class FieldReader {
  /** The first defect found, or `undefined` while all is well. */
  defect: string | undefined;

  fail(reason: string): void {
    this.defect ??= reason;
  }

  /** An integer given as number, bigint or decimal text; absent or empty reads as 0, as in proto3. */
  private integer(name: string, value: unknown): number {
    if (value === undefined || value === null || value === '') return 0;
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) this.fail(`${name} is not a whole number: ${value}`);
      return value;
    }
    if (typeof value === 'bigint') return Number(value);
    if (typeof value === 'string' && INTEGER.test(value)) return Number(value);
    this.fail(`${name} is not a whole number: ${describe(value)}`);
    return 0;
  }

  uint(name: string, value: unknown, max: number): number {
    const number = this.integer(name, value);
    if (number < 0) this.fail(`${name} is negative: ${number}`);
    else if (number > max) this.fail(`${name} is above ${max}: ${describe(value)}`);
    return number;
  }

  int32(name: string, value: unknown): number {
    const number = this.integer(name, value);
    if (number < -INT32 || number >= INT32) this.fail(`${name} is no 32-bit integer: ${number}`);
    return number;
  }

  nodeId(name: string, value: unknown): NodeId {
    const text = typeof value === 'string' ? value.toLowerCase() : undefined;
    if (text !== undefined && isNodeId(text)) return text;
    this.fail(
      `${name} is no public key (66 hex characters beginning 02 or 03): ${describe(value)}`,
    );
    return NO_NODE;
  }

  text(name: string, value: unknown): string {
    if (value === undefined || value === null) return '';
    if (typeof value === 'string') return value;
    this.fail(`${name} is not a text: ${describe(value)}`);
    return '';
  }

  flag(name: string, value: unknown): boolean {
    if (value === undefined || value === null) return false;
    if (typeof value === 'boolean') return value;
    this.fail(`${name} is neither true nor false: ${describe(value)}`);
    return false;
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 80)}"`;
  return typeof value === 'object' ? 'an object' : String(value);
}
