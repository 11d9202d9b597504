/**
 * PeerSwap (version 7): peers that swap on-chain coins for channel balance tell what premium they take, when asked for it
 * by a custom message. Asking binds nobody, and nothing is swapped here.
 */
import { jsonBytes, readJsonObject, wholeNumber } from './hostile-json.ts';
import { noQuote, type Quote } from './quote.ts';

/** Odd types, so that a peer without PeerSwap passes over them. */
export const PEER_SWAP_REQUEST_POLL = 42_085;
export const PEER_SWAP_POLL = 42_083;

/** What a swap is paid with on chain: bitcoin, or bitcoin on Liquid. */
export type SwapAsset = 'btc' | 'lbtc';

/** In ppm of the amount, what whoever asks for the swap pays to the peer on top of chain fees; negative is a discount. */
export interface SwapPremiums {
  /** We pay on chain and get balance on our side. */
  readonly swapInPpm: number;
  /** We pay over the channel and get coins on chain. */
  readonly swapOutPpm: number;
}

/** What a peer tells of its swaps, as PeerSwap has it. */
export interface PeerSwapTerms {
  readonly version: number;
  /** The peer would swap with us. */
  readonly allowed: boolean;
  /** By asset, those that the peer swaps. */
  readonly premiums: Readonly<Partial<Record<SwapAsset, SwapPremiums>>>;
}

/** Truthful: we have no assets to swap, and allow nobody to ask us. */
export const peerSwapRequest = (): Uint8Array =>
  jsonBytes({ version: 7, assets: [], peer_allowed: false });

/** More than the whole amount is no premium. */
const MOST_PPM = 1_000_000;
const MOST_VERSION = 255;

/** Zeros are left out by the sender. */
export function readPeerSwapPoll(data: Uint8Array): Quote<PeerSwapTerms> {
  const poll = readJsonObject(data);
  if (typeof poll === 'string') return noQuote(`the poll cannot be read: ${poll}`);
  const version = wholeNumber(poll['version'] ?? 0, { least: 0, most: MOST_VERSION });
  if (version === undefined) return noQuote('the poll has an odd version');
  const allowed = poll['peer_allowed'] ?? false;
  if (typeof allowed !== 'boolean') return noQuote('peer_allowed is neither true nor false');
  const assets = poll['assets'] ?? [];
  if (!Array.isArray(assets)) return noQuote('the assets are no list');
  const premiums: Partial<Record<SwapAsset, SwapPremiums>> = {};
  for (const asset of ['btc', 'lbtc'] as const) {
    if (!assets.includes(asset)) continue;
    const swapInPpm = premiumIn(poll[`${asset}_swap_in_premium_rate_ppm`]);
    const swapOutPpm = premiumIn(poll[`${asset}_swap_out_premium_rate_ppm`]);
    if (swapInPpm === undefined || swapOutPpm === undefined) {
      return noQuote(`a premium for ${asset} is no number of ppm`);
    }
    premiums[asset] = { swapInPpm, swapOutPpm };
  }
  return { kind: 'terms', terms: { version, allowed, premiums } };
}

const premiumIn = (value: unknown): number | undefined =>
  wholeNumber(value ?? 0, { least: -MOST_PPM, most: MOST_PPM });

/** What the premium comes to, msat, rounded up; negative is a discount. Chain fees are not in it. */
export function premiumMsat(amountMsat: bigint, ppm: number): bigint {
  const product = amountMsat * BigInt(ppm);
  const floor = product / 1_000_000n;
  return product > 0n && product % 1_000_000n !== 0n ? floor + 1n : floor;
}
