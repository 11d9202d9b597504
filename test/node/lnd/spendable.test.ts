import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommitmentType } from '../../../src/generated/services/channels.ts';
import { type ChannelSide, spendableMsat } from '../../../src/node/lnd/spendable.ts';

interface Vector {
  readonly id: string;
  readonly input: {
    readonly commitment: 'legacy' | 'anchors' | 'taproot';
    readonly initiator: boolean;
    readonly local_balance_sat: number;
    readonly commit_fee_sat: number;
    readonly local_reserve_sat: number;
    readonly fee_per_kw: number;
    readonly pending_non_dust_htlcs: number;
  };
  readonly expected: { readonly spendable_sat: number };
}

const file = new URL('../../vectors/spendable.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };

const TYPES = {
  legacy: CommitmentType.STATIC_REMOTE_KEY,
  anchors: CommitmentType.ANCHORS,
  taproot: CommitmentType.SIMPLE_TAPROOT,
} as const;

/** An anchor channel of ours with room everywhere. */
const SIDE: ChannelSide = {
  commitmentType: CommitmentType.ANCHORS,
  ownPaysFee: false,
  ownBalanceSat: 1_000_000n,
  ownReserveSat: 20_000n,
  otherBalanceSat: 1_000_000n,
  otherReserveSat: 20_000n,
  commitFeeSat: 2_810n,
  feePerKw: 2_500n,
  dustLimitSat: 354n,
  htlcs: [],
  maxPendingMsat: 0n,
  maxHtlcs: 0,
};

const incoming = (amountSat: bigint) => ({ outgoing: false, amountSat });
const outgoing = (amountSat: bigint) => ({ outgoing: true, amountSat });

describe('spendableMsat', () => {
  it.each(vectors)('agrees with the vector $id', ({ input, expected }) => {
    const side: ChannelSide = {
      ...SIDE,
      commitmentType: TYPES[input.commitment],
      ownPaysFee: input.initiator,
      ownBalanceSat: BigInt(input.local_balance_sat),
      ownReserveSat: BigInt(input.local_reserve_sat),
      commitFeeSat: BigInt(input.commit_fee_sat),
      feePerKw: BigInt(input.fee_per_kw),
      htlcs: Array.from({ length: input.pending_non_dust_htlcs }, () => incoming(5_000n)),
    };
    expect(spendableMsat(side)).toBe(BigInt(expected.spendable_sat) * 1000n);
  });

  it('has vectors to agree with', () => {
    expect(vectors.length).toBe(4);
  });

  // 2 * 2,500 sat/kw * (weight + 2 * 172) / 1000, off 1,000,000 + 2,810 - 20,000.
  it.each([
    ['legacy', CommitmentType.LEGACY, 982_810n - 5_340n],
    ['static remote key', CommitmentType.STATIC_REMOTE_KEY, 982_810n - 5_340n],
    ['anchors', CommitmentType.ANCHORS, 982_810n - 7_340n],
    ['lease', CommitmentType.SCRIPT_ENFORCED_LEASE, 982_810n - 7_340n],
    ['taproot', CommitmentType.SIMPLE_TAPROOT, 982_810n - 6_560n],
    ['taproot overlay', CommitmentType.SIMPLE_TAPROOT_OVERLAY, 982_810n - 6_560n],
    ['final taproot', CommitmentType.TAPROOT, 982_810n - 6_560n],
    ['a type that we do not know', 42, 982_810n - 7_340n],
  ])('weighs %s', (_name, commitmentType, expectedSat) => {
    expect(spendableMsat({ ...SIDE, commitmentType, ownPaysFee: true })).toBe(expectedSat * 1000n);
  });

  it('counts HTLCs of both directions, without dust', () => {
    const payer = { ...SIDE, ownPaysFee: true };
    const htlcs = [incoming(354n), outgoing(9_000n), incoming(353n)];
    const without = spendableMsat(payer);
    expect(without - spendableMsat({ ...payer, htlcs })).toBe(2n * 860n * 1000n);
  });

  it('stays below dust where the payer cannot afford another HTLC', () => {
    // 2,500 sat/kw * (1,124 + 172) / 1000 = 3,240 sat, of which 2,810 are paid already.
    const poor = { ...SIDE, otherBalanceSat: 20_000n + 429n };
    expect(spendableMsat(poor)).toBe(353_000n);
    expect(spendableMsat({ ...poor, otherBalanceSat: 20_000n + 430n })).toBe(980_000_000n);
    expect(spendableMsat({ ...poor, ownBalanceSat: 20_100n })).toBe(100_000n);
  });

  it('respects how much may be in flight, and how many HTLCs', () => {
    const htlcs = [outgoing(300n), outgoing(700n), incoming(50_000n)];
    const limited = { ...SIDE, htlcs, maxPendingMsat: 100_000_000n };
    // lnd rounds both amounts down, so each may be 999 msat more.
    expect(spendableMsat(limited)).toBe(100_000_000n - 1_000_000n - 1_998n);
    expect(spendableMsat({ ...limited, maxPendingMsat: 1_000_000n })).toBe(0n);
    expect(spendableMsat({ ...SIDE, htlcs, maxHtlcs: 3 })).toBe(980_000_000n);
    expect(spendableMsat({ ...SIDE, htlcs, maxHtlcs: 2 })).toBe(0n);
  });

  it('is never negative nor above the balance over the reserve, and falls with every HTLC', () => {
    const sat = fc.bigInt({ min: 0n, max: 2_000_000n });
    const side: fc.Arbitrary<ChannelSide> = fc
      .record({
        commitmentType: fc.integer({ min: 0, max: 9 }),
        ownPaysFee: fc.boolean(),
        ownBalanceSat: sat,
        otherBalanceSat: sat,
        feePerKw: fc.bigInt({ min: 253n, max: 100_000n }),
        htlcs: fc.array(fc.record({ outgoing: fc.boolean(), amountSat: sat }), { maxLength: 5 }),
      })
      .map((drawn) => ({ ...SIDE, ...drawn }));
    fc.assert(
      fc.property(side, (drawn) => {
        const spendable = spendableMsat(drawn);
        const over = drawn.ownBalanceSat + drawn.commitFeeSat - drawn.ownReserveSat;
        expect(spendable).toBeGreaterThanOrEqual(0n);
        expect(spendable).toBeLessThanOrEqual(over > 0n ? over * 1000n : 0n);
        const more = { ...drawn, htlcs: [...drawn.htlcs, incoming(10_000n)] };
        expect(spendableMsat(more)).toBeLessThanOrEqual(spendable);
      }),
    );
  });
});
