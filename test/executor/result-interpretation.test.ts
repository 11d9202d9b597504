/** lnd's own vectors of result interpretation, and those derived from its rules for a circle of three channels. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { interpretFailure, interpretSuccess } from '../../src/executor/interpret-failure.ts';
import type { Failure_FailureCode } from '../../src/generated/messages/failure.ts';
import type { Route } from '../../src/generated/messages/route.ts';
import { type MissionControlView, missionControlView, pairLines } from './mission-control-view.ts';
import { failure, node, route } from './routes.ts';

type Name = string | number;

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
    readonly pair_results: readonly (readonly [Name, Name, 'success' | 'fail', number])[];
    readonly node_failure: Name | null;
    readonly final_failure_reason: string | null;
    readonly policy_failure_pair: readonly [Name, Name] | null;
  };
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL('../vectors/result-interpretation.json', import.meta.url), 'utf8'),
);

function viewOfLnd({ expected }: Vector): MissionControlView {
  const pairs = new Map<string, string>();
  for (const [from, to, outcome, amount] of expected.pair_results) {
    pairs.set(`${from}>${to}`, `${from}>${to} ${outcome} ${amount}`);
  }
  return {
    pairs: [...pairs.values()].sort(),
    nodeFailure: expected.node_failure === null ? null : String(expected.node_failure),
    finalReason: expected.final_failure_reason,
    policyPair: expected.policy_failure_pair?.join('>') ?? null,
  };
}

function vectorRoute({ input }: Vector): { sent: Route; sender: Name } {
  const nodes: readonly Name[] =
    input.nodes ?? Array.from({ length: input.amt_to_forward_msat.length + 1 }, (_, i) => i);
  const sent = route(nodes, {
    totalMsat: BigInt(input.total_amt_msat),
    forwardMsat: input.amt_to_forward_msat.map(BigInt),
  });
  for (
    let hop = (input.introduction_node ?? Number.POSITIVE_INFINITY) - 1;
    hop < sent.hops.length;
    hop++
  ) {
    sent.hops[hop]!.encryptedData = Uint8Array.of(1);
  }
  return { sent, sender: nodes[0]! };
}

function viewOfBallast(vector: Vector): MissionControlView {
  const { sent, sender } = vectorRoute(vector);
  const { code, failure_source_index: index } = vector.input;
  if (code === 'SUCCESS') {
    const pairs = pairLines(interpretSuccess(sent, node(sender)));
    return { pairs, nodeFailure: null, finalReason: null, policyPair: null };
  }
  return missionControlView(interpretFailure(sent, failure(code, index ?? 0), node(sender)));
}

/**
 * lnd suspects the pair that leads back to us in both directions, and so books a failure of self -> last peer, over
 * which nothing was sent. That would hold back normal payments through this peer; Ballast leaves it out.
 */
const WITHOUT_REVERSE_OF_LAST_LINK: ReadonlySet<string> = new Set([
  'interpret_circular3_permanent_channel_failure_2',
  'interpret_circular3_unknown_next_peer_2',
  'interpret_circular3_expiry_too_far_2',
  'interpret_circular3_temporary_node_failure_2',
  'interpret_circular3_permanent_node_failure_2',
  'interpret_circular3_invalid_realm_2',
  'interpret_circular3_invalid_onion_version_2',
  'interpret_circular3_invalid_onion_hmac_2',
  'interpret_circular3_invalid_onion_key_2',
  'interpret_circular3_invalid_onion_payload_2',
  'interpret_circular3_incorrect_or_unknown_payment_details_2',
  'interpret_circular3_incorrect_payment_amount_2',
  'interpret_circular3_final_incorrect_htlc_amount_2',
  'interpret_circular3_final_expiry_too_soon_2',
  'interpret_circular3_unreadable_failure_None',
]);

/**
 * The final node of a circle is ours. lnd marks it as failed, which zeroes all that is known about our own channels,
 * and suspects the last link. Ballast knows that what our own node answers did reach it: every link carried. The
 * attempt is final all the same.
 */
const FINAL_NODE_IS_OURS: ReadonlySet<string> = new Set([
  'interpret_circular3_temporary_channel_failure_3',
  'interpret_circular3_permanent_channel_failure_3',
  'interpret_circular3_channel_disabled_3',
  'interpret_circular3_fee_insufficient_3',
  'interpret_circular3_amount_below_minimum_3',
  'interpret_circular3_incorrect_cltv_expiry_3',
  'interpret_circular3_expiry_too_soon_3',
  'interpret_circular3_expiry_too_far_3',
  'interpret_circular3_required_node_feature_missing_3',
  'interpret_circular3_required_channel_feature_missing_3',
  'interpret_circular3_invalid_onion_version_3',
  'interpret_circular3_invalid_onion_hmac_3',
  'interpret_circular3_invalid_onion_blinding_3',
  'interpret_circular3_unknown_failure_3',
  // lnd records nothing here; that the payment arrived, though late, proves the liquidity just as well.
  'interpret_circular3_final_expiry_too_soon_3',
]);

/** Ballast pays only itself and hides nothing from itself: it never sends a blinded route, and refuses to judge one. */
const BLINDED: ReadonlySet<string> = new Set([
  'interpret_error_after_introduction',
  'interpret_blinded_multi_hop_introduction',
  'interpret_blinded_multi_hop_introduction_peer',
  'interpret_blinded_single_hop_introduction_failure',
  'interpret_error_before_introduction',
]);

const differences = new Set([...WITHOUT_REVERSE_OF_LAST_LINK, ...FINAL_NODE_IS_OURS, ...BLINDED]);

describe('result interpretation against lnd', () => {
  test('all 85 vectors are here, and the lists of differences name only vectors', () => {
    expect(vectors).toHaveLength(85);
    const ids = new Set(vectors.map((vector) => vector.id));
    expect([...differences].filter((id) => !ids.has(id))).toEqual([]);
    expect(differences.size).toBe(
      WITHOUT_REVERSE_OF_LAST_LINK.size + FINAL_NODE_IS_OURS.size + BLINDED.size,
    );
  });

  for (const vector of vectors) {
    const { id } = vector;
    if (BLINDED.has(id)) {
      test(`${id}: blinded, refused`, () => {
        expect(() => viewOfBallast(vector)).toThrow(/blinded/);
      });
    } else if (WITHOUT_REVERSE_OF_LAST_LINK.has(id)) {
      test(`${id}: as lnd, without a suspicion of self -> last peer`, () => {
        const lnd = viewOfLnd(vector);
        expect(lnd.pairs).toContain('self>B fail 0');
        const pairs = lnd.pairs.filter((line) => line !== 'self>B fail 0');
        expect(viewOfBallast(vector)).toEqual({ ...lnd, pairs });
      });
    } else if (FINAL_NODE_IS_OURS.has(id)) {
      test(`${id}: final as in lnd, but our own node is not to blame`, () => {
        const pairs = ['A>B success 1010', 'B>self success 1000', 'self>A success 1020'];
        expect(viewOfBallast(vector)).toEqual({ ...viewOfLnd(vector), pairs, nodeFailure: null });
        expect(viewOfLnd(vector)).not.toEqual(viewOfBallast(vector));
      });
    } else {
      test(`${id}: as lnd`, () => {
        expect(viewOfBallast(vector)).toEqual(viewOfLnd(vector));
      });
    }
  }
});
