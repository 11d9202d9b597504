import { describe, expect, it } from 'vitest';
import { CorridorTable } from '../../src/liquidity/corridor-table.ts';
import { nodeIdOf } from '../graph/make-graph.ts';

const [A, B, C] = [nodeIdOf('a'), nodeIdOf('b'), nodeIdOf('c')];

describe('the table of corridors', () => {
  it('numbers the two directions of a pair side by side, whichever was met first', () => {
    const table = new CorridorTable();
    const there = table.reach(B, A);
    expect(table.reach(A, B)).toBe(there ^ 1);
    expect(table.find(B, A)).toBe(there);
    expect([table.from(there), table.to(there)]).toEqual([B, A]);
    expect(table.find(A, C)).toBe(-1);
    expect(table.count).toBe(2);
  });

  it('knows nothing of a new corridor', () => {
    const table = new CorridorTable();
    const row = table.row(table.reach(A, B));
    expect(row).toEqual({
      from: A,
      to: B,
      lowMsat: 0,
      lowAtMs: 0,
      highMsat: Number.POSITIVE_INFINITY,
      highAtMs: 0,
      suspectAtMs: 0,
    });
  });

  it('keeps what it knows while it grows, and lists the corridors that leave a node', () => {
    const table = new CorridorTable();
    const others = Array.from({ length: 500 }, (_, i) => nodeIdOf(1_000 + i));
    for (const [i, other] of others.entries()) {
      const corridor = table.reach(A, other);
      table.lowMsat[corridor] = i + 1;
    }
    for (const [i, other] of others.entries()) {
      expect(table.row(table.find(A, other)).lowMsat).toBe(i + 1);
      expect(table.row(table.find(other, A)).highMsat).toBe(Number.POSITIVE_INFINITY);
    }
    const leaving = [...table.leaving(A)].map((corridor) => table.to(corridor));
    expect(new Set(leaving)).toEqual(new Set(others));
    expect([...table.leaving(others[7]!)].map((corridor) => table.to(corridor))).toEqual([A]);
  });

  it('refuses a corridor from a node to itself', () => {
    expect(() => new CorridorTable().reach(A, A)).toThrow(RangeError);
  });
});
