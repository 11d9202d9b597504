import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonBytes, readJsonObject } from '../../../src/planner/quotes/hostile-json.ts';
import { lsps1InfoRequest, readLsps1Info } from '../../../src/planner/quotes/lsps1.ts';
import {
  peerSwapRequest,
  premiumMsat,
  readPeerSwapPoll,
} from '../../../src/planner/quotes/peer-swap.ts';
import { testSeed } from '../../seeded-random.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const json = (value: unknown): Uint8Array => bytes(JSON.stringify(value));

describe('PeerSwap', () => {
  test('is asked truthfully', () => {
    expect(JSON.parse(new TextDecoder().decode(peerSwapRequest()))).toEqual({
      version: 7,
      assets: [],
      peer_allowed: false,
    });
  });

  test('tells premiums by asset, and leaves zeros out', () => {
    const poll = json({
      version: 7,
      assets: ['btc', 'lbtc', 'doge'],
      peer_allowed: true,
      btc_swap_in_premium_rate_ppm: -500,
      btc_swap_out_premium_rate_ppm: 2_000,
      lbtc_swap_out_premium_rate_ppm: 1_000,
      more: { that: ['nobody', 'reads'] },
    });
    expect(readPeerSwapPoll(poll)).toEqual({
      kind: 'terms',
      terms: {
        version: 7,
        allowed: true,
        premiums: {
          btc: { swapInPpm: -500, swapOutPpm: 2_000 },
          lbtc: { swapInPpm: 0, swapOutPpm: 1_000 },
        },
      },
    });
    expect(readPeerSwapPoll(json({}))).toEqual({
      kind: 'terms',
      terms: { version: 0, allowed: false, premiums: {} },
    });
  });

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['no JSON', bytes('{')],
    ['a list', json([1])],
    ['too much', bytes(`{"a":"${'x'.repeat(20_000)}"}`)],
    ['a version that is none', json({ version: '7' })],
    ['odd assets', json({ assets: 'btc' })],
    ['an odd permission', json({ peer_allowed: 'yes' })],
    [
      'a premium of more than everything',
      json({ assets: ['btc'], btc_swap_in_premium_rate_ppm: 1_000_001 }),
    ],
    ['a premium that is a fraction', json({ assets: ['btc'], btc_swap_out_premium_rate_ppm: 0.5 })],
    ['a premium that is a text', json({ assets: ['btc'], btc_swap_out_premium_rate_ppm: '1' })],
  ])('%s is no quote', (_, data) => {
    expect(readPeerSwapPoll(data)).toMatchObject({ kind: 'none', reason: expect.any(String) });
  });

  test('a premium is rounded against us', () => {
    expect(premiumMsat(1_000_000_000n, 2_000)).toBe(2_000_000n);
    expect(premiumMsat(1n, 1)).toBe(1n);
    expect(premiumMsat(1n, -1)).toBe(0n);
    expect(premiumMsat(3_000_000n, -1)).toBe(-3n);
    expect(premiumMsat(5n, 0)).toBe(0n);
  });
});

describe('LSPS1', () => {
  const result = {
    min_required_channel_confirmations: 0,
    min_funding_confirms_within_blocks: 6,
    supports_zero_channel_reserve: true,
    max_channel_expiry_blocks: 20_160,
    min_initial_client_balance_sat: '20000',
    max_initial_client_balance_sat: '100000000',
    min_initial_lsp_balance_sat: '0',
    max_initial_lsp_balance_sat: '100000000',
    min_channel_balance_sat: '50000',
    max_channel_balance_sat: '100000000',
  };

  test('is asked by JSON-RPC with parameters by name', () => {
    expect(JSON.parse(new TextDecoder().decode(lsps1InfoRequest('abc')))).toEqual({
      jsonrpc: '2.0',
      method: 'lsps1.get_info',
      params: {},
      id: 'abc',
    });
  });

  test('tells its limits', () => {
    expect(readLsps1Info(json({ jsonrpc: '2.0', id: 'abc', result }), 'abc')).toEqual({
      kind: 'terms',
      terms: {
        minChannelSat: 50_000n,
        maxChannelSat: 100_000_000n,
        minInboundSat: 0n,
        maxInboundSat: 100_000_000n,
        maxExpiryBlocks: 20_160,
        minFundingBlocks: 6,
      },
    });
  });

  test('answers to something else are none', () => {
    for (const answer of [{ id: 'x', result }, { result }, { id: 5, result }, [1]]) {
      expect(readLsps1Info(json(answer), 'abc')).toBeUndefined();
    }
    expect(readLsps1Info(bytes('{'), 'abc')).toBeUndefined();
  });

  test('a refusal says so', () => {
    const refusing = (error: unknown) => readLsps1Info(json({ id: 'abc', error }), 'abc');
    expect(refusing({ code: -32_601, message: 'no' })).toEqual({
      kind: 'none',
      reason: 'it sells no channels',
    });
    expect(refusing({ code: 5 })).toEqual({ kind: 'none', reason: 'it refused to tell (5)' });
    expect(refusing('no')).toMatchObject({ kind: 'none' });
  });

  test.each<[string, object | null]>([
    ['no result', null],
    ['a limit that is missing', { ...result, max_channel_balance_sat: undefined }],
    ['a limit that is a number', { ...result, max_channel_balance_sat: 5 }],
    ['a negative limit', { ...result, min_channel_balance_sat: '-5' }],
    ['more than there is', { ...result, max_channel_balance_sat: '2100000000000001' }],
    ['limits the wrong way round', { ...result, min_channel_balance_sat: '100000001' }],
    ['blocks that are none', { ...result, max_channel_expiry_blocks: '1' }],
  ])('%s is no quote', (_, odd) => {
    expect(readLsps1Info(json({ id: 'abc', result: odd }), 'abc')).toMatchObject({ kind: 'none' });
  });
});

test('whatever a stranger sends, reading it throws nothing', () => {
  const shaped = fc.dictionary(
    fc.constantFrom(
      'id',
      'error',
      'result',
      'version',
      'assets',
      'peer_allowed',
      'btc_swap_in_premium_rate_ppm',
      '__proto__',
    ),
    fc.oneof(fc.constant('abc'), fc.jsonValue(), fc.constant(['btc'])),
  );
  const sent = fc.oneof(fc.uint8Array({ maxLength: 200 }), shaped.map(json));
  fc.assert(
    fc.property(sent, (data) => {
      const swap = readPeerSwapPoll(data);
      if (swap.kind === 'terms')
        expect(Math.abs(swap.terms.premiums.btc?.swapInPpm ?? 0)).toBeLessThanOrEqual(1e6);
      const offer = readLsps1Info(data, 'abc');
      if (offer?.kind === 'terms')
        expect(offer.terms.minChannelSat).toBeLessThanOrEqual(offer.terms.maxChannelSat);
    }),
    { seed: testSeed(16), numRuns: 3_000 },
  );
  expect(readJsonObject(jsonBytes({ a: 1 }))).toEqual({ a: 1 });
});
