import { describe, expect, it } from 'vitest';
import { SimulatedNetwork } from '../../src/sim/network.ts';
import { TrafficGraph } from '../../src/sim/traffic-graph.ts';
import { TrafficSearch } from '../../src/sim/traffic-search.ts';
import { policy } from './circle.ts';

const AMOUNT_MSAT = 50_000_000;

/** payer -> middle -> payee over either of two nodes in between, for which middle asks different fees. */
function forked(
  feesPpm: readonly [number, number],
  inboundPpm: readonly [number, number] = [0, 0],
) {
  const network = new SimulatedNetwork({ seed: 1 });
  const [payer, middle, left, right, payee] = ['payer', 'middle', 'left', 'right', 'payee'].map(
    (alias) => network.addNode({ alias }),
  );
  const open = (node1: typeof payer, node2: typeof payer, feeRatePpm: number, inboundFee = 0) =>
    network.openChannel({
      node1: node1!,
      node2: node2!,
      capacitySat: 5_000_000n,
      policy1: policy({ feeBaseMsat: 0n, feeRatePpm, maxHtlcMsat: 4_000_000_000n }),
      policy2: policy({ inboundFeeRatePpm: inboundFee, maxHtlcMsat: 4_000_000_000n }),
    });
  open(payer, middle, 0);
  const sides = [left, right].map((side, i) => {
    const channelId = open(middle, side, feesPpm[i]!, inboundPpm[i]);
    open(side, payee, 100);
    return channelId;
  });
  const graph = new TrafficGraph(network);
  const path = new TrafficSearch(graph).find({
    from: graph.placeOf(payer!)!,
    to: graph.placeOf(payee!)!,
    amountMsat: AMOUNT_MSAT,
    mostFeeMsat: AMOUNT_MSAT,
    ownMsat: () => Number.POSITIVE_INFINITY,
    trusts: () => true,
  });
  return { sides, over: path?.map(({ channelId }) => channelId) };
}

describe('a payer', () => {
  it.each([
    [[100, 900], 0],
    [[900, 100], 1],
  ] as const)('takes the cheaper of two channels of the same node: %j', (fees, cheaper) => {
    const { sides, over } = forked(fees);
    expect(over).toHaveLength(3);
    expect(over?.[1]).toBe(sides[cheaper]);
  });

  it('counts what the next node leaves for coming in over a channel', () => {
    // Alike on the way out, and the node on the right gives half of its own fee back.
    const { sides, over } = forked([500, 500], [0, -50]);
    expect(over?.[1]).toBe(sides[1]);
  });
});
