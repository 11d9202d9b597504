import { describe, expect, it } from 'vitest';
import { Rebalancer } from '../../src/engine/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import { AMOUNT_MSAT, Square } from './square.ts';

describe('rebalances asked for at once', () => {
  it('all move what they were asked to, whichever of them comes first', async () => {
    const square = new Square();
    const rebalancer = square.rebalancer({ maxConcurrent: 3 });
    const request = { from: square.out, to: square.in, amountMsat: AMOUNT_MSAT, maxFeePpm: 1000 };
    const before = square.ourSideMsat(square.in);
    const runs = [request, request, request].map((r) => rebalancer.rebalance(r));
    const reports = await Promise.all(runs.map((run) => run.result));
    expect(reports.map(({ outcome }) => outcome.kind)).toEqual(['settled', 'settled', 'settled']);
    expect(square.ourSideMsat(square.in)).toBe(before + 3n * AMOUNT_MSAT);
  });

  it('are carried out as they were asked for, though the request is changed meanwhile', async () => {
    const square = new Square();
    const rebalancer = square.rebalancer();
    const { out: from, in: to } = square;
    const request = { from, to, amountMsat: AMOUNT_MSAT, maxFeePpm: 1000 };
    const first = rebalancer.rebalance(request);
    request.amountMsat = AMOUNT_MSAT / 2n;
    const second = rebalancer.rebalance(request);
    request.maxFeePpm = Number.NaN;
    expect((await first.result).movedMsat).toBe(AMOUNT_MSAT);
    expect((await second.result).movedMsat).toBe(AMOUNT_MSAT / 2n);
  });

  it('go on after one that could not be meant', async () => {
    const square = new Square();
    const rebalancer = new Rebalancer({
      node: square.node,
      store: memoryStore(),
      clock: square.clock,
    });
    const bad = rebalancer.rebalance({ from: square.out, amountMsat: 0n, maxFeePpm: 1 });
    const good = rebalancer.rebalance({
      from: square.out,
      to: square.in,
      amountMsat: AMOUNT_MSAT,
      maxFeePpm: 1000,
    });
    await expect(bad.result).rejects.toThrow(/amountMsat must be positive/);
    expect((await good.result).outcome.kind).toBe('settled');
  });
});
