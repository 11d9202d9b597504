import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure_FailureCode as Code } from '../../src/generated/messages/failure.ts';
import { Route } from '../../src/generated/messages/route.ts';
import type { ChannelPolicy } from '../../src/ports.ts';
import { checkForward, checkTransit, type ForwardTerms } from '../../src/sim/forwarding-check.ts';
import { SimulatedNetwork } from '../../src/sim/network.ts';
import type { SimulatedNode } from '../../src/sim/node.ts';
import type { SimulatedAttempt } from '../../src/sim/records.ts';
import { forwardingFeeMsat } from '../../src/units/fee.ts';
import { type ChannelId, parseChannelId } from '../../src/units/ids.ts';
import { testSeed } from '../seeded-random.ts';
import vectors from '../vectors/send-to-route.json' with { type: 'json' };
import { attemptOf, invoiceOf, ManualClock, settleMicrotasks } from './circle.ts';

const HEIGHT = 100;
const POLICY: ChannelPolicy = {
  feeBaseMsat: 1000n,
  feeRatePpm: 0,
  timeLockDelta: 6,
  minHtlcMsat: 1n,
  maxHtlcMsat: null,
  disabled: false,
  inboundFeeBaseMsat: 0n,
  inboundFeeRatePpm: 0,
  lastUpdate: 0,
};
const PLENTY = 10n ** 15n;

interface TwoNodes {
  readonly network: SimulatedNetwork;
  readonly alice: SimulatedNode;
  readonly bob: SimulatedNode;
}

/** Alice and Bob with the channels that the ids stand for; one channel where `outgoing` is Bob's alias of `incoming`. */
function twoNodes(ids: {
  readonly incoming: ChannelId;
  readonly outgoing: ChannelId;
  readonly sameChannel: boolean;
}): TwoNodes {
  const { incoming, outgoing, sameChannel } = ids;
  const network = new SimulatedNetwork({ seed: 1, blockHeight: HEIGHT, clock: new ManualClock() });
  const [node1, node2] = [network.addNode(), network.addNode()];
  const policy = { feeBaseMsat: 0n, feeRatePpm: 0, timeLockDelta: 40 };
  const ends = { node1, node2, capacitySat: 1_000_000n, policy1: policy, policy2: policy };
  if (sameChannel) {
    const aliases = { node1: parseChannelId('16000000x1x1'), node2: outgoing };
    network.openChannel({ ...ends, channelId: incoming, private: true, aliases });
  } else {
    for (const channelId of new Set([incoming, outgoing])) {
      network.openChannel({ ...ends, channelId });
    }
  }
  return { network, alice: network.node(node1), bob: network.node(node2) };
}

/** Why a node refused to forward, until the signal. */
async function refusalsOf(node: SimulatedNode, signal: AbortSignal): Promise<string[]> {
  const details: string[] = [];
  for await (const { event } of node.htlcEvents({ signal })) {
    if (event.kind === 'link_fail') details.push(event.detail);
  }
  return details;
}

/** Alice pays herself by way of Bob. */
function thereAndBack(
  { network, alice, bob }: TwoNodes,
  ids: { readonly incoming: ChannelId; readonly outgoing: ChannelId },
): Promise<SimulatedAttempt> {
  const { paymentHash, paymentAddr } = invoiceOf(alice);
  const amountMsat = 1_000_000n;
  const expiry = network.blockHeight + 43;
  const route = Route.fromPartial({
    totalAmtMsat: amountMsat,
    totalTimeLock: expiry + 40,
    hops: [
      { chanId: ids.incoming, pubKey: bob.nodeId, amtToForwardMsat: amountMsat, expiry },
      {
        chanId: ids.outgoing,
        pubKey: alice.nodeId,
        amtToForwardMsat: amountMsat,
        expiry,
        mppRecord: { paymentAddr, totalAmtMsat: amountMsat },
      },
    ],
  });
  return attemptOf(alice.sendToRoute({ paymentHash, route }));
}

// biome-ignore lint/suspicious/noExplicitAny: the vectors' inputs differ by kind
const ofKind = (kind: string): { id: string; input: any; expected: any }[] =>
  vectors.vectors.filter((vector) => vector.kind === kind);

describe("lnd's vectors", () => {
  it.each(ofKind('forward_check'))('$id', ({ input, expected }) => {
    const refusal = checkForward({
      incoming: { amountMsat: BigInt(input.incoming_amt_msat), expiry: input.incoming_expiry },
      outgoing: { amountMsat: BigInt(input.outgoing_amt_msat), expiry: input.outgoing_expiry },
      outgoingPolicy: {
        ...POLICY,
        feeBaseMsat: BigInt(input.outgoing_policy.fee_base_msat),
        feeRatePpm: input.outgoing_policy.fee_rate_ppm,
        timeLockDelta: input.outgoing_policy.time_lock_delta,
      },
      inboundFee: {
        inboundFeeBaseMsat: BigInt(input.incoming_inbound_fee.base_msat),
        inboundFeeRatePpm: input.incoming_inbound_fee.rate_ppm,
      },
      bandwidthMsat: PLENTY,
      blockHeight: HEIGHT,
    });
    expect(refusal?.code).toBe(expected.accepted ? undefined : Code.FEE_INSUFFICIENT);
  });

  it.each(ofKind('circular_forward_check'))('$id', async ({ input, expected }) => {
    const { incoming_scid, outgoing_scid, same_base_scid_alias, allow_circular_route } = input;
    const [incoming, outgoing] = [parseChannelId(incoming_scid), parseChannelId(outgoing_scid)];
    const pair = twoNodes({ incoming, outgoing, sameChannel: same_base_scid_alias });
    pair.network.setAllowCircularRoute(pair.bob.nodeId, allow_circular_route);
    const stop = new AbortController();
    const refusals = refusalsOf(pair.bob, stop.signal);
    const { state, failure } = await thereAndBack(pair, { incoming, outgoing });
    await settleMicrotasks();
    stop.abort();
    if (expected.failure === null) {
      expect(state).toBe('settled');
      return;
    }
    expect(failure).toMatchObject({ code: Code[expected.failure.code as keyof typeof Code] });
    expect(await refusals).toEqual([expected.failure.detail]);
  });
});

describe('checkForward', () => {
  const terms: ForwardTerms = {
    incoming: { amountMsat: 1_001_000n, expiry: 206 },
    outgoing: { amountMsat: 1_000_000n, expiry: 200 },
    outgoingPolicy: POLICY,
    inboundFee: POLICY,
    bandwidthMsat: PLENTY,
    blockHeight: HEIGHT,
  };

  it('complains about the fee before anything else, and about the delta last', () => {
    const incoming = { amountMsat: 1_000_999n, expiry: 205 };
    const poor = { ...terms, incoming, bandwidthMsat: 0n };
    expect(checkForward(poor)?.code).toBe(Code.FEE_INSUFFICIENT);
    const empty = { ...poor, incoming: { ...incoming, amountMsat: 1_001_000n } };
    expect(checkForward(empty)?.code).toBe(Code.TEMPORARY_CHANNEL_FAILURE);
    const late = { ...empty, bandwidthMsat: PLENTY };
    expect(checkForward(late)).toMatchObject({ code: Code.INCORRECT_CLTV_EXPIRY, cltvExpiry: 205 });
    expect(checkForward(terms)).toBeUndefined();
  });

  it('refuses to lock an incoming HTLC for longer than 2016 blocks beyond the outgoing one', () => {
    const far = { ...terms, incoming: { ...terms.incoming, expiry: 200 + 2017 } };
    expect(checkForward(far)?.code).toBe(Code.EXPIRY_TOO_FAR);
    expect(
      checkForward({ ...far, incoming: { ...far.incoming, expiry: 200 + 2016 } }),
    ).toBeUndefined();
  });

  it('draws the line exactly at the fee that the pathfinder computes', () => {
    const amounts = fc.bigInt({ min: 1n, max: 10n ** 13n });
    const property = fc.property(
      amounts,
      fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n - 1n }),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      (amountMsat, feeBaseMsat, feeRatePpm, inboundFeeBaseMsat, inboundFeeRatePpm) => {
        const outbound = { feeBaseMsat, feeRatePpm };
        const inbound = { inboundFeeBaseMsat, inboundFeeRatePpm };
        const feeMsat = forwardingFeeMsat({ outbound, inbound, amountOutMsat: amountMsat });
        const paying = (keptMsat: bigint) =>
          checkForward({
            ...terms,
            incoming: { amountMsat: amountMsat + keptMsat, expiry: 206 },
            outgoing: { amountMsat, expiry: 200 },
            outgoingPolicy: { ...POLICY, ...outbound },
            inboundFee: inbound,
          })?.code;
        expect(paying(feeMsat)).toBeUndefined();
        expect(paying(feeMsat - 1n)).toBe(Code.FEE_INSUFFICIENT);
      },
    );
    fc.assert(property, { seed: testSeed(20_261), numRuns: 2000 });
  });
});

describe('checkTransit', () => {
  const link = { policy: { ...POLICY, minHtlcMsat: 10n, maxHtlcMsat: 20n }, bandwidthMsat: 15n };
  const codeOf = (amountMsat: bigint, expiry = HEIGHT + 10) =>
    checkTransit({ htlc: { amountMsat, expiry }, link, blockHeight: HEIGHT })?.code;

  it.each([
    [9n, HEIGHT + 10, Code.AMOUNT_BELOW_MINIMUM],
    [10n, HEIGHT + 10, undefined],
    [15n, HEIGHT + 10, undefined],
    [16n, HEIGHT + 10, Code.TEMPORARY_CHANNEL_FAILURE],
    [21n, HEIGHT + 10, Code.TEMPORARY_CHANNEL_FAILURE],
    [10n, HEIGHT + 3, Code.EXPIRY_TOO_SOON],
    [10n, HEIGHT + 4, undefined],
    [10n, HEIGHT + 2016, undefined],
    [10n, HEIGHT + 2017, Code.EXPIRY_TOO_FAR],
  ])('%s msat until %s: %s', (amountMsat, expiry, code) => {
    expect(codeOf(amountMsat, expiry)).toBe(code);
  });

  it('tells the amount above the maximum from the empty channel', () => {
    const at = { expiry: HEIGHT + 10 };
    const check = (amountMsat: bigint) =>
      checkTransit({ htlc: { ...at, amountMsat }, link, blockHeight: HEIGHT })?.detail;
    expect(check(21n)).toBe('HTLC_EXCEEDS_MAX');
    expect(check(16n)).toBe('INSUFFICIENT_BALANCE');
  });
});
