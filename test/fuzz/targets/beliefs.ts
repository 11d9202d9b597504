/** What a node's own memory of payments tells (mission control), into what is believed, and back out. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NetworkGraph } from '../../../src/graph/network-graph.ts';
import { LiquidityBook } from '../../../src/liquidity/liquidity-book.ts';
import type { MissionControlPair } from '../../../src/ports.ts';
import { isNodeId } from '../../../src/units/ids.ts';
import { channelOf } from '../../graph/make-graph.ts';
import { jsonInput, NODES, textOf } from '../input/like-example.ts';
import type { FuzzTarget } from '../target.ts';

const NOW_MS = 1_750_000_000_000;
const amount = fc.oneof(fc.constantFrom(0, 1, 1_000), fc.nat(2 ** 31 - 1));
const at = fc.oneof(
  fc.constant(null),
  fc.constantFrom(0, 1, NOW_MS, NOW_MS + 1e9),
  fc.maxSafeNat(),
);
const node = fc.constantFrom(...NODES);
const pair = fc.record({
  from: node,
  to: node,
  successAmtMsat: amount,
  successAtMs: at,
  failAmtMsat: amount,
  failAtMs: at,
});

const { graph } = NetworkGraph.fromDescription({
  nodes: [],
  channels: [
    {
      ...channelOf({ id: 1, ends: [1, 2], capacitySat: 1_000_000n }),
      node1: NODES[0],
      node2: NODES[2],
    },
  ] as never,
  rejected: [],
});
const SNAPSHOT = graph.snapshot();

/** Any whole number that JSON can write is an amount that a node might tell; all else cannot be one. */
function pairIn(value: unknown): MissionControlPair | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { from, to, ...rest } = value as Record<string, unknown>;
  if (typeof from !== 'string' || typeof to !== 'string') return undefined;
  if (!isNodeId(from) || !isNodeId(to)) return undefined;
  const big = (given: unknown): bigint =>
    typeof given === 'number' && Number.isInteger(given) ? BigInt(given) : 0n;
  const date = (given: unknown): number | null => (typeof given === 'number' ? given : null);
  return {
    from,
    to,
    successAmtMsat: big(rest['successAmtMsat']),
    successAtMs: date(rest['successAtMs']),
    failAmtMsat: big(rest['failAmtMsat']),
    failAtMs: date(rest['failAtMs']),
  };
}

export const target: FuzzTarget = {
  name: 'beliefs',
  about: "the memory of one's own node of payments past",
  shape: 'json',
  valid: fc.array(pair, { maxLength: 12 }).map(jsonInput),
  refusals: [],
  acceptedShare: [0.3, 0.98],
  seededCases: 1_500,
  run: (input) => {
    let given: unknown;
    try {
      given = JSON.parse(textOf(input));
    } catch {
      return 'refused';
    }
    const list: readonly unknown[] = Array.isArray(given) ? given : [];
    const pairs = list.map(pairIn).filter((one) => one !== undefined);
    const book = new LiquidityBook();
    book.importMissionControl(pairs);
    const { rows } = book.state();
    for (const row of rows) {
      const dates = [row.lowAtMs, row.highAtMs, row.suspectAtMs];
      assert.ok(dates.every((ms) => !Number.isNaN(new Date(ms).getTime()) && ms >= 0));
      assert.ok(Number.isFinite(row.lowMsat) && row.lowMsat >= 0 && row.highMsat >= 0);
    }
    for (const [from, to] of [
      [NODES[0], NODES[2]],
      [NODES[2], NODES[0]],
    ] as never[][]) {
      const asked = { from: from!, to: to!, amountMsat: 50_000_000n };
      const chance = book.probability(asked, { snapshot: SNAPSHOT, nowMs: NOW_MS });
      assert.ok(chance >= 0 && chance <= 1, `a probability of ${chance}`);
    }
    const exported = book.exportMissionControl();
    for (const { successAmtMsat, failAmtMsat } of exported) {
      assert.ok(successAmtMsat >= 0n && failAmtMsat >= 0n);
    }
    // What was kept comes back the same.
    const other = new LiquidityBook();
    other.load(book.state());
    assert.deepEqual(other.state().rows, rows);
    return rows.length > 0 ? 'accepted' : 'refused';
  },
};
