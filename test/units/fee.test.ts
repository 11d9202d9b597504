import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forwardingFeeMsat, inboundFeeMsat, outboundFeeMsat } from '../../src/units/fee.ts';
import { inboundFeeNumber, outboundFeeNumber } from '../../src/units/fee-number.ts';
import { testSeed } from '../seeded-random.ts';
import vectors from '../vectors/fees.json' with { type: 'json' };

type Input = Record<string, number>;
const ofKind = (kind: string) =>
  vectors.vectors
    .filter((vector) => vector.kind === kind)
    .map((vector) => ({ id: vector.id, input: vector.input as unknown as Input, vector }));

const at = (input: Input, key: string): number => {
  const value = input[key];
  if (value === undefined) throw new Error(`the vector lacks ${key}`);
  return value;
};

describe("lnd's fee vectors", () => {
  it.each(ofKind('inbound_fee'))('$id', ({ input, vector }) => {
    const fee = {
      inboundFeeBaseMsat: BigInt(at(input, 'base_msat')),
      inboundFeeRatePpm: at(input, 'rate_ppm'),
    };
    const expected = (vector.expected as Input)['fee_msat'];
    expect(Number(inboundFeeMsat(fee, BigInt(at(input, 'amount_msat'))))).toBe(expected);
  });

  it.each(ofKind('outbound_fee'))('$id', ({ input, vector }) => {
    const fee = {
      feeBaseMsat: BigInt(at(input, 'base_msat')),
      feeRatePpm: at(input, 'rate_ppm'),
    };
    const expected = (vector.expected as Input)['fee_msat'];
    expect(Number(outboundFeeMsat(fee, BigInt(at(input, 'amount_msat'))))).toBe(expected);
  });

  const feesOf = (input: Input) => ({
    outbound: {
      feeBaseMsat: BigInt(at(input, 'outbound_base_msat')),
      feeRatePpm: at(input, 'outbound_rate_ppm'),
    },
    inbound: {
      inboundFeeBaseMsat: BigInt(at(input, 'inbound_base_msat')),
      inboundFeeRatePpm: at(input, 'inbound_rate_ppm'),
    },
  });

  it.each(ofKind('inbound_outbound'))('$id', ({ input, vector }) => {
    const amountOutMsat = BigInt(at(input, 'outgoing_amt_msat'));
    const incoming = amountOutMsat + forwardingFeeMsat({ ...feesOf(input), amountOutMsat });
    const expected = vector.expected as unknown as Input;
    expect(incoming).toBe(BigInt(at(expected, 'incoming_amt_msat')));
    // lnd inverts the formula algebraically and promises to be off by one at most; so the largest amount that the
    // exact formula really lets through lies within one of lnd's number.
    const inverse = BigInt(at(expected, 'outgoing_from_incoming_msat'));
    const passes = (amount: bigint): boolean =>
      amount + forwardingFeeMsat({ ...feesOf(input), amountOutMsat: amount }) <= incoming;
    expect([inverse - 1n, inverse, inverse + 1n].some(passes)).toBe(true);
    expect(passes(amountOutMsat)).toBe(true);
    expect(inverse - amountOutMsat).toBeGreaterThanOrEqual(0n);
    expect(inverse - amountOutMsat).toBeLessThanOrEqual(1n);
  });

  it.each(ofKind('forward_check'))('$id', ({ input, vector }) => {
    const nested = input as unknown as Record<string, Input>;
    const policy = nested['outgoing_policy']!;
    const inbound = nested['incoming_inbound_fee']!;
    const amountOutMsat = BigInt(at(input, 'outgoing_amt_msat'));
    const kept = BigInt(at(input, 'incoming_amt_msat')) - amountOutMsat;
    const due = forwardingFeeMsat({
      outbound: {
        feeBaseMsat: BigInt(at(policy, 'fee_base_msat')),
        feeRatePpm: at(policy, 'fee_rate_ppm'),
      },
      inbound: {
        inboundFeeBaseMsat: BigInt(at(inbound, 'base_msat')),
        inboundFeeRatePpm: at(inbound, 'rate_ppm'),
      },
      amountOutMsat,
    });
    const expected = vector.expected as unknown as {
      accepted: boolean;
      expected_total_fee_msat: number;
    };
    expect(kept >= due).toBe(expected.accepted);
    // The vector's own number is before the floor at zero.
    expect(due).toBe(BigInt(Math.max(0, expected.expected_total_fee_msat)));
  });
});

describe('rounding', () => {
  it('truncates both parts of a discount toward zero, apart', () => {
    const fee = { inboundFeeBaseMsat: -5n, inboundFeeRatePpm: -500_000 };
    expect(inboundFeeMsat(fee, 3n)).toBe(-6n);
  });

  it('caps an inbound rate at ten times the amount, as lnd does', () => {
    const fee = { inboundFeeBaseMsat: 0n, inboundFeeRatePpm: -2_000_000_000 };
    expect(inboundFeeMsat(fee, 7n)).toBe(-70n);
    expect(inboundFeeNumber(0, 2_000_000_000, 7)).toBe(70);
  });

  it('never lets a discount make the total negative', () => {
    const fees = {
      outbound: { feeBaseMsat: 10n, feeRatePpm: 0 },
      inbound: { inboundFeeBaseMsat: -50n, inboundFeeRatePpm: 0 },
      amountOutMsat: 1000n,
    };
    expect(forwardingFeeMsat(fees)).toBe(0n);
  });
});

describe('the twin on doubles', () => {
  const seed = testSeed(4_294_967);
  const LIMIT = 2n ** 52n;
  const amount = fc.oneof(
    fc.bigInt({ min: 0n, max: LIMIT }),
    fc.bigInt({ min: 0n, max: 10n ** 10n }),
    // Around the splits at 1e6, where a carry could go wrong.
    fc.bigInt({ min: 0n, max: 10n ** 9n }).map((n) => n * 1_000_000n + 999_999n),
  );
  const uint32 = fc.oneof(
    fc.integer({ min: 0, max: 0xffff_ffff }),
    fc.integer({ min: 0, max: 5000 }),
    fc.constantFrom(0, 1, 999_999, 1_000_000, 0xffff_ffff),
  );
  const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

  const agrees = (exact: bigint, number: number): void => {
    if (exact <= LIMIT && exact >= -LIMIT) expect(BigInt(number)).toBe(exact);
    else expect(Math.abs(number)).toBeGreaterThan(2 ** 52);
  };

  it('agrees on outbound fees over the whole range', () => {
    fc.assert(
      fc.property(uint32, uint32, amount, (base, rate, amountMsat) => {
        const exact = outboundFeeMsat({ feeBaseMsat: BigInt(base), feeRatePpm: rate }, amountMsat);
        agrees(exact, outboundFeeNumber(base, rate, Number(amountMsat)));
      }),
      { seed, numRuns: 20_000 },
    );
  });

  it('agrees on inbound fees over the whole range', () => {
    fc.assert(
      fc.property(int32, int32, amount, (base, rate, amountMsat) => {
        const fee = { inboundFeeBaseMsat: BigInt(base), inboundFeeRatePpm: rate };
        agrees(inboundFeeMsat(fee, amountMsat), inboundFeeNumber(base, rate, Number(amountMsat)));
      }),
      { seed, numRuns: 20_000 },
    );
  });
});
