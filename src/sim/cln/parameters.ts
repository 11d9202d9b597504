/**
 * Parameters of a call, by name or by place, read as strictly as lightningd reads them (Core Lightning:
 * `common/json_param.c`): what a command does not know is refused.
 */
import {
  type ChannelId,
  isNodeId,
  isPaymentHash,
  type NodeId,
  type PaymentHash,
  tryParseChannelId,
} from '../../units/ids.ts';
import { RPC_CODE, RpcRefusal } from './rpc-refusal.ts';

export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

const MAX_UINT64 = 2n ** 64n - 1n;

export class Parameters {
  readonly #values: ReadonlyMap<string, Json>;

  /** @throws RpcRefusal for a parameter that is not among `names`. */
  constructor(given: Json, names: readonly string[]) {
    const values = new Map<string, Json>();
    if (Array.isArray(given)) {
      if (given.length > names.length) refuse(`too many parameters: got ${given.length}`);
      for (const [place, value] of given.entries()) values.set(names[place]!, value);
    } else if (isRecord(given)) {
      for (const [name, value] of Object.entries(given)) {
        if (!names.includes(name))
          refuse(`unknown parameter: ${name}, this may be caused by a typo`);
        values.set(name, value);
      }
    } else refuse('Expected array or object for params');
    this.#values = new Map([...values].filter(([, value]) => value !== null));
  }

  optional<T>(name: string, read: (name: string, value: Json) => T): T | undefined {
    const value = this.#values.get(name);
    return value === undefined ? undefined : read(name, value);
  }

  required<T>(name: string, read: (name: string, value: Json) => T): T {
    return this.optional(name, read) ?? refuse(`missing required parameter: ${name}`);
  }
}

// ---- readers, each for one kind of value

export function text(name: string, value: Json): string {
  return typeof value === 'string' ? value : wrong(name, 'should be a string', value);
}

export function flag(name: string, value: Json): boolean {
  return typeof value === 'boolean' ? value : wrong(name, "should be 'true' or 'false'", value);
}

/** A whole number of 64 bits; strings of digits are taken as well. */
export function uint64(name: string, value: Json): bigint {
  const digits = typeof value === 'string' ? value : isWhole(value) ? value.toString() : '';
  if (!/^[0-9]{1,20}$/.test(digits) || BigInt(digits) > MAX_UINT64) {
    wrong(name, 'should be an unsigned 64 bit integer', value);
  }
  return BigInt(digits);
}

export function uint32(name: string, value: Json): number {
  const wide = uint64(name, value);
  if (wide >= 2n ** 32n) wrong(name, 'should be an integer', value);
  return Number(wide);
}

/** Millisatoshis: a number, or text that may end in `msat`. */
export function msat(name: string, value: Json): bigint {
  const plain = typeof value === 'string' ? value.replace(/msat$/, '') : value;
  try {
    return uint64(name, plain);
  } catch {
    return wrong(name, 'should be a millisatoshi amount', value);
  }
}

export function hexBytes(name: string, value: Json): string {
  const hex = text(name, value).toLowerCase();
  return /^(?:[0-9a-f]{2})*$/.test(hex) ? hex : wrong(name, 'should be a hex value', value);
}

export function sha256(name: string, value: Json): PaymentHash {
  const hex = text(name, value).toLowerCase();
  return isPaymentHash(hex) ? hex : wrong(name, 'should be a 32 byte hex value', value);
}

export function nodeKey(name: string, value: Json): NodeId {
  const hex = text(name, value).toLowerCase();
  return isNodeId(hex) ? hex : wrong(name, 'should be a node id', value);
}

/** `BLOCKxTXxOUT`, and nothing else. */
export function shortChannelId(name: string, value: Json): ChannelId {
  const given = text(name, value);
  const channelId = given.includes('x') ? tryParseChannelId(given) : undefined;
  return channelId ?? wrong(name, 'should be a short_channel_id of form NxNxN', value);
}

/** The same with a direction behind it. */
export function directedChannel(
  name: string,
  value: Json,
): { readonly channelId: ChannelId; readonly direction: 0 | 1 } {
  const [channel, direction, ...rest] = text(name, value).split('/');
  if ((direction !== '0' && direction !== '1') || rest.length > 0) {
    wrong(name, 'should be a short_channel_id of form NxNxN/dir', value);
  }
  const channelId = shortChannelId(name, channel ?? '');
  return { channelId, direction: direction === '1' ? 1 : 0 };
}

export function list(name: string, value: Json): readonly Json[] {
  return Array.isArray(value) ? value : wrong(name, 'should be an array', value);
}

export function oneOf<Word extends string>(
  ...words: readonly Word[]
): (name: string, value: Json) => Word {
  return (name, value) => {
    const word = words.find((known) => known === value);
    return word ?? wrong(name, `should be one of ${words.join(', ')}`, value);
  };
}

export const isRecord = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isWhole = (value: Json): value is number | bigint =>
  typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));

function wrong(name: string, should: string, value: Json): never {
  const shown = typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
  return refuse(`${name}: ${should}: invalid token '${shown}'`);
}

function refuse(message: string): never {
  throw new RpcRefusal(RPC_CODE.invalidParams, message);
}
