import { describe, expect, it } from 'vitest';
import { feeLimitText, noRouteText } from '../../../src/cli/render/no-route.ts';

const cheapest = { cheapestFeeMsat: 2_500_500n, cheapestFeePpm: 250.05 };
const COSTS = 'the cheapest route costs 2,500,500 msat (250.1 ppm), above';
const SEE = 'or see with `ballast plan` what costs less';

describe('feeLimitText', () => {
  it.each([
    [{ maxFeePpm: 250 }, `${COSTS} what --max-fee-ppm allows: raise it to 251, ${SEE}`],
    [{ maxFeeSat: 2500n }, `${COSTS} what --max-fee-sat allows: raise it to 2501, ${SEE}`],
    [
      { maxFeePpm: 0, maxFeeSat: 0n },
      `${COSTS} what --max-fee-ppm and --max-fee-sat allow: raise them to 251 and 2501, ${SEE}`,
    ],
    // Only what stands in the way.
    [
      { maxFeePpm: 250, maxFeeSat: 5000n },
      `${COSTS} what --max-fee-ppm allows: raise it to 251, ${SEE}`,
    ],
    // Payments before this one have taken of it.
    [{ maxFeePpm: 300, maxFeeSat: 5000n }, `${COSTS} what is left of --max-fee-sat`],
    [{}, `${COSTS} the fee limit`],
  ])('with %o', (limits, text) => {
    expect(feeLimitText(cheapest, limits)).toBe(text);
  });
});

describe('noRouteText', () => {
  it('says what to try where nothing leads there', () => {
    expect(noRouteText({ code: 'disconnected' })).toMatch(
      /^no path of announced channels leads .*; name channels with other peers, or see with `ballast doctor`/,
    );
  });

  it('names the fee limits that were given, and no others', () => {
    const reason = { code: 'fee_limit', ...cheapest } as const;
    expect(noRouteText(reason, { maxFeeSat: 1n })).not.toContain('--max-fee-ppm');
  });
});
