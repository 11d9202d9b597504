/**
 * Identifiers of the Lightning Network, branded so that a node key never passes for a payment hash.
 */

declare const brand: unique symbol;

/** A node's compressed public key: 66 lower-case hex characters beginning with 02 or 03. */
export type NodeId = string & { readonly [brand]: 'NodeId' };

/**
 * A short channel id in canonical decimal, without leading zeros: block height in the upper 24 bits, transaction
 * index in the next 24, output index in the lowest 16 (BOLT 7). Real ids exceed 2^53, hence the string.
 */
export type ChannelId = string & { readonly [brand]: 'ChannelId' };

/** A payment hash: 64 lower-case hex characters. */
export type PaymentHash = string & { readonly [brand]: 'PaymentHash' };

const NODE_ID = /^0[23][0-9a-f]{64}$/;
const PAYMENT_HASH = /^[0-9a-f]{64}$/;
const DECIMAL = /^[0-9]{1,40}$/;
/** Every number of up to 19 digits fits 64 bits. */
const CANONICAL = /^[1-9][0-9]{0,18}$/;
const BLOCK_FORM = /^([0-9]{1,8})x([0-9]{1,8})x([0-9]{1,5})$/;
const MAX_UINT64 = 2n ** 64n - 1n;

export const isNodeId = (text: string): text is NodeId => NODE_ID.test(text);

/** @throws RangeError when the text is not a compressed public key in hex; upper case is accepted. */
export function parseNodeId(text: string): NodeId {
  const lower = text.trim().toLowerCase();
  if (isNodeId(lower)) return lower;
  throw new RangeError(
    `"${text}" is not a node id; give the node's 66 hex characters, which begin with 02 or 03`,
  );
}

export const isPaymentHash = (text: string): text is PaymentHash => PAYMENT_HASH.test(text);

/** @throws RangeError when the text is not 64 hex characters; upper case is accepted. */
export function parsePaymentHash(text: string): PaymentHash {
  const lower = text.trim().toLowerCase();
  if (isPaymentHash(lower)) return lower;
  throw new RangeError(`"${text}" is not a payment hash; give its 64 hex characters`);
}

/**
 * Reads a short channel id written as a decimal number or in BOLT 7's form `block x transaction x output`,
 * such as `812345x678x1`.
 *
 * @throws RangeError when it is neither, or a part is out of range.
 */
export function parseChannelId(text: string): ChannelId {
  const parsed = tryParseChannelId(text.trim());
  if (parsed !== undefined) return parsed;
  throw new RangeError(
    `"${text}" is not a channel id; give it as a decimal number or as block x transaction x output, for example 812345x678x1`,
  );
}

/** The same as {@link parseChannelId}, with `undefined` instead of an exception. */
export function tryParseChannelId(text: string): ChannelId | undefined {
  if (CANONICAL.test(text)) return text as ChannelId;
  if (DECIMAL.test(text)) {
    const value = BigInt(text);
    return value <= MAX_UINT64 ? (value.toString() as ChannelId) : undefined;
  }
  const parts = BLOCK_FORM.exec(text);
  if (parts === null) return undefined;
  const [block, transaction, output] = [BigInt(parts[1]!), BigInt(parts[2]!), BigInt(parts[3]!)];
  if (block >= 1n << 24n || transaction >= 1n << 24n || output >= 1n << 16n) return undefined;
  return ((block << 40n) | (transaction << 16n) | output).toString() as ChannelId;
}

/** The id in BOLT 7's human form, `block x transaction x output`. */
export function formatChannelId(channelId: ChannelId): string {
  const value = BigInt(channelId);
  return `${value >> 40n}x${(value >> 16n) & 0xffffffn}x${value & 0xffffn}`;
}
