/**
 * What lnd's mission control books about pairs of nodes when an attempt has ended (lnd:
 * `routing/result_interpretation.go`).
 */
import { Failure_FailureCode as Code, type Failure } from '../generated/messages/failure.ts';
import type { Route } from '../generated/messages/route.ts';
import type { NodeId } from '../units/ids.ts';

export interface PairResult {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly passed: boolean;
  /** What passed, or the least that does not; 0 of a failure: nothing does. */
  readonly amountMsat: bigint;
}

export interface AttemptResults {
  readonly pairs: readonly PairResult[];
  /** Every pair of this node that is known fails. */
  readonly failedNode: NodeId | null;
  /** The pair whose terms were not met: once a minute nothing at all is booked for that. */
  readonly policyPair: { readonly from: NodeId; readonly to: NodeId } | null;
}

const NOTHING: AttemptResults = { pairs: [], failedNode: null, policyPair: null };
const ONION: ReadonlySet<number> = new Set([
  Code.INVALID_ONION_VERSION,
  Code.INVALID_ONION_HMAC,
  Code.INVALID_ONION_KEY,
]);

/** @param failure `null`: it settled. */
export function attemptResults(
  { route, sender }: { readonly route: Route; readonly sender: NodeId },
  failure: Failure | null,
): AttemptResults {
  const way = new Way(route, sender);
  const { last } = way;
  if (failure === null) return { ...NOTHING, pairs: way.passed(last) };
  const { code, failureSourceIndex: k } = failure;
  if (code === Code.INTERNAL_FAILURE) return NOTHING;
  if (code === Code.UNREADABLE_FAILURE) {
    return last === 1 ? way.node(1) : { ...NOTHING, pairs: way.failed(0, last) };
  }
  if (k === 0) return ONION.has(code) ? way.node(1) : NOTHING;
  return k === last ? finalResults(way, code) : forwardingResults(way, code, k);
}

function finalResults(way: Way, code: Code): AttemptResults {
  const { last } = way;
  switch (code) {
    case Code.MPP_TIMEOUT:
    case Code.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS:
    case Code.INCORRECT_PAYMENT_AMOUNT:
      return { ...NOTHING, pairs: way.passed(last) };
    case Code.FINAL_EXPIRY_TOO_SOON:
      return NOTHING;
    case Code.FINAL_INCORRECT_CLTV_EXPIRY:
    case Code.FINAL_INCORRECT_HTLC_AMOUNT:
      if (last === 1) return way.node(1);
      return { ...NOTHING, pairs: [...way.failed(last - 1, last), ...way.passed(last - 1)] };
    default:
      return way.node(last, way.passed(last - 1));
  }
}

function forwardingResults(way: Way, code: Code, k: number): AttemptResults {
  if (ONION.has(code)) return { ...NOTHING, pairs: way.failed(k, k + 1) };
  switch (code) {
    case Code.TEMPORARY_CHANNEL_FAILURE: {
      const { from, to, amountMsat } = way.links[k]!;
      const lacked = { from, to, amountMsat, passed: false };
      return { ...NOTHING, pairs: [...way.passed(k), lacked] };
    }
    case Code.CHANNEL_DISABLED: {
      const pairs = [...way.failed(k, k + 1), ...way.passed(k)];
      return { ...NOTHING, pairs, policyPair: way.links[k]! };
    }
    case Code.FEE_INSUFFICIENT:
    case Code.AMOUNT_BELOW_MINIMUM:
    case Code.INCORRECT_CLTV_EXPIRY: {
      const policyPair = way.links[k]!;
      if (k === 1) return { ...way.node(1), policyPair };
      return { ...NOTHING, pairs: [...way.failed(k - 1, k), ...way.passed(k - 1)], policyPair };
    }
    case Code.UNKNOWN_NEXT_PEER:
    case Code.PERMANENT_CHANNEL_FAILURE:
      return { ...NOTHING, pairs: way.failed(k, k + 1) };
    case Code.INVALID_ONION_PAYLOAD:
    case Code.INVALID_ONION_BLINDING:
      return way.node(k, way.passed(k - 1));
    case Code.EXPIRY_TOO_SOON:
      return k === 1 ? way.node(1) : { ...NOTHING, pairs: way.failed(0, k) };
    default:
      return way.node(k);
  }
}

/** A route as the pairs that it crosses. */
class Way {
  readonly links: readonly {
    readonly from: NodeId;
    readonly to: NodeId;
    readonly amountMsat: bigint;
  }[];

  constructor({ hops, totalAmtMsat }: Route, sender: NodeId) {
    this.links = hops.map(({ pubKey }, i) => ({
      from: (hops[i - 1]?.pubKey ?? sender) as NodeId,
      to: pubKey as NodeId,
      amountMsat: hops[i - 1]?.amtToForwardMsat ?? totalAmtMsat,
    }));
  }

  get last(): number {
    return this.links.length;
  }

  /** Links before this one. */
  passed(before: number): PairResult[] {
    return this.links.slice(0, Math.max(0, before)).map((link) => ({ ...link, passed: true }));
  }

  /** Both directions of each. */
  failed(first: number, before: number): PairResult[] {
    return this.links.slice(first, before).flatMap(({ from, to }) => [
      { from, to, passed: false, amountMsat: 0n },
      { from: to, to: from, passed: false, amountMsat: 0n },
    ]);
  }

  /** The node that link k - 1 leads to, with its links of this route. */
  node(k: number, others: readonly PairResult[] = []): AttemptResults {
    const pairs = [...others, ...this.failed(k - 1, k + 1)];
    return { pairs, failedNode: this.links[k - 1]!.to, policyPair: null };
  }
}
