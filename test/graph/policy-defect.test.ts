import { expect, it } from 'vitest';
import { policyDefect } from '../../src/graph/read-record.ts';
import type { ChannelPolicy } from '../../src/ports.ts';

const policy: ChannelPolicy = {
  feeBaseMsat: 1000n,
  feeRatePpm: 100,
  timeLockDelta: 40,
  minHtlcMsat: 1n,
  maxHtlcMsat: 990_000_000n,
  disabled: false,
  inboundFeeBaseMsat: 0n,
  inboundFeeRatePpm: 0,
  lastUpdate: 1_700_000_000,
};

it('takes no maximum below the minimum, and null for none', () => {
  expect(policyDefect(policy)).toBeUndefined();
  expect(policyDefect({ ...policy, maxHtlcMsat: null })).toBeUndefined();
  expect(policyDefect({ ...policy, minHtlcMsat: 0n, maxHtlcMsat: 0n })).toBeUndefined();
  expect(policyDefect({ ...policy, minHtlcMsat: 5n, maxHtlcMsat: 4n })).toMatch(
    /min_htlc 5 is over/,
  );
  expect(policyDefect({ ...policy, maxHtlcMsat: 0n })).toBe(
    'policy: min_htlc 1 is over max_htlc_msat 0',
  );
});
