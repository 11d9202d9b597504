/** lnd's own vectors of result interpretation, as the simulated node books them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Failure_FailureCode } from '../../src/generated/messages/failure.ts';
import { attemptResults } from '../../src/sim/pair-results.ts';
import { failure, node, nodeName, route } from '../executor/routes.ts';

interface Vector {
  readonly id: string;
  readonly input: {
    readonly nodes?: readonly string[];
    readonly total_amt_msat: number;
    readonly amt_to_forward_msat: readonly number[];
    readonly failure_source_index: number | null;
    readonly introduction_node?: number | null;
    readonly code: keyof typeof Failure_FailureCode | 'SUCCESS';
  };
  readonly expected: {
    readonly pair_results: readonly (readonly [
      string | number,
      string | number,
      'success' | 'fail',
      number,
    ])[];
    readonly node_failure: string | number | null;
    readonly policy_failure_pair: readonly [string | number, string | number] | null;
  };
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL('../vectors/result-interpretation.json', import.meta.url), 'utf8'),
);
/** Nothing here sends blinded routes. */
const isPlain = ({ input, id }: Vector): boolean =>
  (input.introduction_node ?? null) === null && !id.includes('blinded');

/** Of a pair that is named twice the later word counts. */
const pairLines = (
  pairs: readonly { readonly pair: string; readonly says: string }[],
): readonly string[] =>
  [...new Map(pairs.map(({ pair, says }) => [pair, `${pair} ${says}`])).values()].sort();

describe('what the simulated node books of an attempt', () => {
  const plain = vectors.filter(isPlain);

  test('is checked with most of the vectors', () => {
    expect(plain.length).toBeGreaterThan(75);
  });

  test.each(plain.map((vector) => [vector.id, vector] as const))('%s: as lnd', (_id, vector) => {
    const { input, expected } = vector;
    const names =
      input.nodes ?? Array.from({ length: input.amt_to_forward_msat.length + 1 }, (_, i) => i);
    const sent = route(names, {
      totalMsat: BigInt(input.total_amt_msat),
      forwardMsat: input.amt_to_forward_msat.map(BigInt),
    });
    const booked = attemptResults(
      { route: sent, sender: node(names[0]!) },
      input.code === 'SUCCESS' ? null : failure(input.code, input.failure_source_index ?? 0),
    );
    expect(
      pairLines(
        booked.pairs.map(({ from, to, passed, amountMsat }) => ({
          pair: `${nodeName(from)}>${nodeName(to)}`,
          says: `${passed ? 'success' : 'fail'} ${amountMsat}`,
        })),
      ),
    ).toEqual(
      pairLines(
        expected.pair_results.map(([from, to, outcome, amount]) => ({
          pair: `${from}>${to}`,
          says: `${outcome} ${amount}`,
        })),
      ),
    );
    expect(booked.failedNode === null ? null : nodeName(booked.failedNode)).toBe(
      expected.node_failure === null ? null : String(expected.node_failure),
    );
    const { policyPair } = booked;
    expect(
      policyPair === null ? null : [nodeName(policyPair.from), nodeName(policyPair.to)],
    ).toEqual(expected.policy_failure_pair?.map(String) ?? null);
  });
});
