import { describe, expect, it } from 'vitest';
import type { LiquidityFact } from '../../src/liquidity/liquidity-fact.ts';
import { NodeSuspicion } from '../../src/liquidity/node-suspicion.ts';
import { nodeIdOf } from '../graph/make-graph.ts';

const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((name) => nodeIdOf(name)) as [
  ReturnType<typeof nodeIdOf>,
  ReturnType<typeof nodeIdOf>,
  ReturnType<typeof nodeIdOf>,
  ReturnType<typeof nodeIdOf>,
];
const HOUR = 60 * 60 * 1000;
const at = (hours: number) => ({ nowMs: hours * HOUR, lastingMs: 6 * HOUR });

/** A carried it to B, and B says that it cannot reach C. */
const UNREACHABLE: readonly LiquidityFact[] = [
  { kind: 'carried', from: A, to: B, amountMsat: 1n },
  { kind: 'suspect', from: B, to: C },
  { kind: 'suspect', from: C, to: B },
];

describe('nodes that seem to be offline', () => {
  it('are those that a node which took part could not reach', () => {
    const nodes = new NodeSuspicion();
    expect(nodes.observe(UNREACHABLE, HOUR)).toEqual([C]);
    expect([...nodes.all()]).toEqual([C]);
    expect(nodes.reliability({ from: C, to: D }, at(1))).toBeCloseTo(0.2, 12);
    expect(nodes.reliability({ from: A, to: B }, at(1))).toBe(1);
  });

  it('are forgiven as time passes, and at once when something passes them', () => {
    const nodes = new NodeSuspicion();
    nodes.observe(UNREACHABLE, HOUR);
    expect(nodes.reliability({ from: D, to: C }, at(7))).toBeCloseTo(1 - 0.8 / Math.E, 12);
    expect(nodes.observe([{ kind: 'carried', from: D, to: C, amountMsat: 1n }], 2 * HOUR)).toEqual([
      C,
    ]);
    expect(nodes.reliability({ from: D, to: C }, at(2))).toBe(1);
  });

  it('are not named where nobody can tell which end is at fault', () => {
    const nodes = new NodeSuspicion();
    expect(nodes.observe([{ kind: 'suspect', from: B, to: C }], HOUR)).toEqual([]);
    expect(nodes.has(B) || nodes.has(C)).toBe(false);
  });

  it('are the node between two connections that are suspected, though it answered', () => {
    const nodes = new NodeSuspicion();
    const facts: readonly LiquidityFact[] = [
      { kind: 'carried', from: A, to: B, amountMsat: 1n },
      { kind: 'suspect', from: A, to: B },
      { kind: 'suspect', from: B, to: A },
      { kind: 'suspect', from: B, to: C },
      { kind: 'suspect', from: C, to: B },
    ];
    nodes.observe(facts, HOUR);
    expect([...nodes.all()]).toEqual([B]);
    const unreadable: readonly LiquidityFact[] = [...facts, { kind: 'suspect', from: C, to: D }];
    const others = new NodeSuspicion();
    others.observe(unreadable, HOUR);
    expect([...others.all()]).toEqual([]);
  });

  it('do not include one that was asked for more than it has', () => {
    const nodes = new NodeSuspicion();
    nodes.observe(UNREACHABLE, HOUR);
    nodes.observe([{ kind: 'lacked', from: C, to: D, amountMsat: 1n }], 2 * HOUR);
    expect(nodes.has(C)).toBe(false);
  });
});
