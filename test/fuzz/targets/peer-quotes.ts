/** Messages of peers about what they sell: LSPS0 with LSPS1, and PeerSwap. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readLsps1Info } from '../../../src/planner/quotes/lsps1.ts';
import { premiumMsat, readPeerSwapPoll } from '../../../src/planner/quotes/peer-swap.ts';
import { jsonInput, like } from '../input/like-example.ts';
import type { FuzzTarget } from '../target.ts';

const ID = 'a1b2c3';
const offer = {
  jsonrpc: '2.0',
  id: ID,
  result: {
    min_channel_balance_sat: '100000',
    max_channel_balance_sat: '10000000',
    min_initial_lsp_balance_sat: '0',
    max_initial_lsp_balance_sat: '10000000',
    max_channel_expiry_blocks: 13_140,
    min_funding_confirms_within_blocks: 6,
  },
};
const refusal = { jsonrpc: '2.0', id: ID, error: { code: -32_601, message: 'no' } };
const poll = {
  version: 7,
  assets: ['btc', 'lbtc'],
  peer_allowed: true,
  btc_swap_in_premium_rate_ppm: 0,
  btc_swap_out_premium_rate_ppm: 2_000,
  lbtc_swap_in_premium_rate_ppm: 0,
  lbtc_swap_out_premium_rate_ppm: 1_000,
};
const MOST_SAT = 2_100_000_000_000_000n;

export const target: FuzzTarget = {
  name: 'peer-quotes',
  about: 'custom messages of peers that were asked what they sell',
  shape: 'json',
  valid: fc.oneof(like(offer), like(refusal), like(poll), fc.constant(offer)).map(jsonInput),
  refusals: [],
  acceptedShare: [0.2, 0.98],
  seededCases: 4_000,
  run: (input) => {
    const channel = readLsps1Info(input, ID);
    if (channel?.kind === 'terms') {
      const { minChannelSat, maxChannelSat, minInboundSat, maxInboundSat } = channel.terms;
      assert.ok(minChannelSat >= 0n && minChannelSat <= maxChannelSat && maxChannelSat <= MOST_SAT);
      assert.ok(minInboundSat >= 0n && minInboundSat <= maxInboundSat && maxInboundSat <= MOST_SAT);
    }
    const swap = readPeerSwapPoll(input);
    if (swap.kind === 'terms') {
      for (const premium of Object.values(swap.terms.premiums)) {
        for (const ppm of [premium.swapInPpm, premium.swapOutPpm]) {
          const amountMsat = premiumMsat(1_000_000_000n, ppm);
          assert.ok(amountMsat <= 1_000_000_000n && amountMsat >= -1_000_000_000n);
        }
      }
    }
    for (const quote of [channel, swap]) {
      if (quote?.kind === 'none') assert.ok(quote.reason.length < 200);
    }
    return channel !== undefined || swap.kind === 'terms' ? 'accepted' : 'refused';
  },
};
