/**
 * LSPS1 (bLIP 51) over LSPS0 (bLIP 50): peers that sell channels with inbound liquidity tell within which limits. The
 * price itself is only told with an order (`lsps1.create_order`), which is not made here.
 */
import { jsonBytes, readJsonObject, wholeNumber } from './hostile-json.ts';
import { noQuote, type Quote } from './quote.ts';

/** Both ways. */
export const LSPS0_TYPE = 37_913;

/** What a peer sells channels for (LSPS1), with the limits of what it sells. */
export interface ChannelOffer {
  /** Size of the channel, sat. */
  readonly minChannelSat: bigint;
  readonly maxChannelSat: bigint;
  /** What the peer puts in: the inbound liquidity, sat. */
  readonly minInboundSat: bigint;
  readonly maxInboundSat: bigint;
  /** Blocks for which the peer promises to keep it open at most. */
  readonly maxExpiryBlocks: number;
  /** Blocks within which the peer gets the funding confirmed, at the quickest. */
  readonly minFundingBlocks: number;
}

/** @param id By which the answer is known again; at most 100 characters */
export const lsps1InfoRequest = (id: string): Uint8Array =>
  jsonBytes({ jsonrpc: '2.0', method: 'lsps1.get_info', params: {}, id });

/**
 * @param id of the request
 * @returns `undefined` for an answer to something else, or none at all
 */
export function readLsps1Info(data: Uint8Array, id: string): Quote<ChannelOffer> | undefined {
  const answer = readJsonObject(data);
  if (typeof answer === 'string' || answer['id'] !== id) return undefined;
  const { error, result } = answer as { readonly error?: unknown; readonly result?: unknown };
  if (error !== undefined && error !== null) {
    const code = (error as { readonly code?: unknown }).code;
    const known = typeof code === 'number' ? ` (${code})` : '';
    return noQuote(code === -32_601 ? 'it sells no channels' : `it refused to tell${known}`);
  }
  if (typeof result !== 'object' || result === null) return noQuote('the answer has no result');
  const fields = result as Readonly<Record<string, unknown>>;
  const sats = [
    'min_channel_balance_sat',
    'max_channel_balance_sat',
    'min_initial_lsp_balance_sat',
    'max_initial_lsp_balance_sat',
  ].map((name) => satIn(fields[name]));
  const [minChannelSat, maxChannelSat, minInboundSat, maxInboundSat] = sats;
  const maxExpiryBlocks = blocksIn(fields['max_channel_expiry_blocks']);
  const minFundingBlocks = blocksIn(fields['min_funding_confirms_within_blocks']);
  if (
    minChannelSat === undefined ||
    maxChannelSat === undefined ||
    minInboundSat === undefined ||
    maxInboundSat === undefined ||
    maxExpiryBlocks === undefined ||
    minFundingBlocks === undefined
  ) {
    return noQuote('the answer lacks a limit, or has one that cannot be');
  }
  if (minChannelSat > maxChannelSat || minInboundSat > maxInboundSat) {
    return noQuote('a least amount is above the most');
  }
  const channel = { minChannelSat, maxChannelSat, minInboundSat, maxInboundSat };
  return { kind: 'terms', terms: { ...channel, maxExpiryBlocks, minFundingBlocks } };
}

const AMOUNT = /^(?:0|[1-9][0-9]{0,15})$/;
/** There are no more. */
const MOST_SAT = 2_100_000_000_000_000n;

/** Amounts are texts in LSPS. */
function satIn(value: unknown): bigint | undefined {
  if (typeof value !== 'string' || !AMOUNT.test(value)) return undefined;
  const sat = BigInt(value);
  return sat <= MOST_SAT ? sat : undefined;
}

const blocksIn = (value: unknown): number | undefined =>
  wholeNumber(value, { least: 0, most: 0xffff_ffff });
