/**
 * Failure code x position -> whom to blame and what was learnt. The rules are lnd's
 * (`routing/result_interpretation.go`), except where a payment to ourselves knows
 * more or needs more:
 *
 * - the final node is ours: it is never blamed as a node, and what reached it was carried by every link;
 * - a circle's last link is suspected only in the direction of travel, so that normal payments to that peer are not
 *   held back;
 * - a failure of our own node blames the own channel, which lnd does not: a blind retry would meet it again and again.
 */
import { Failure_FailureCode as Code, type Failure } from '../generated/messages/failure.ts';
import type { Route } from '../generated/messages/route.ts';
import type { LiquidityFact } from '../liquidity/liquidity-fact.ts';
import type { NodeId } from '../units/ids.ts';
import { FailedAttempt, type Finding } from './failed-attempt.ts';
import {
  absurdAtFinal,
  alteredArrival,
  anyLink,
  arrivedInParts,
  brokenOutgoing,
  disabledOutgoing,
  firstPeer,
  lackedOutgoing,
  lateArrival,
  linksBefore,
  nodeAfterCarrying,
  otherTerms,
  ownChannel,
  refusedArrival,
  wholeNode,
} from './failure-findings.ts';
import { finalNode, routeLinks } from './route-links.ts';
import type { FailureCodeName, Verdict } from './verdict.ts';

/**
 * Interprets the failure of an attempt.
 *
 * @param sender The node that sent it. The message does not name it. @defaultValue the final node, as in a circle
 * @throws RangeError when the route has no hops, or blinded ones, whose rules differ and which Ballast never sends.
 */
export function interpretFailure(
  route: Route,
  failure: Failure,
  sender: NodeId = finalNode(route),
): Verdict {
  if (route.hops.some((hop) => hop.blindingPoint.length > 0 || hop.encryptedData.length > 0)) {
    throw new RangeError(
      'failures on blinded routes cannot be interpreted: give a route without blinded hops',
    );
  }
  const attempt = new FailedAttempt(route, failure, sender);
  const code = knownCode(failure.code);
  const sourceKnown =
    attempt.position !== 'unknown' &&
    code !== Code.UNREADABLE_FAILURE &&
    code !== Code.INTERNAL_FAILURE;
  return {
    code: codeName(code),
    position: sourceKnown ? attempt.position : 'unknown',
    sourceIndex: sourceKnown ? attempt.index : null,
    source: sourceKnown ? attempt.source : null,
    update: sourceKnown ? attempt.update : { kind: 'none' },
    ...judge(code, attempt),
  };
}

/** What a settled attempt proves: every link carried its amount, and has moved it to the other side. */
export const interpretSuccess = (
  route: Route,
  sender: NodeId = finalNode(route),
): readonly LiquidityFact[] => ofEveryLink('moved', route, sender);

/** What an attempt proves that came all the way to the final node and was given back there: every link carried it. */
export const interpretArrival = (
  route: Route,
  sender: NodeId = finalNode(route),
): readonly LiquidityFact[] => ofEveryLink('carried', route, sender);

const ofEveryLink = (
  kind: 'carried' | 'moved',
  route: Route,
  sender: NodeId,
): readonly LiquidityFact[] =>
  routeLinks(route, sender).map(({ from, to, amountMsat }) => ({ kind, from, to, amountMsat }));

type Rule = (attempt: FailedAttempt) => Finding;

/** What a code means at each place; one rule alone where the place that comes with the code means nothing. */
type Rules = Rule | { readonly self: Rule; readonly between: Rule; readonly final: Rule };

const rules = (between: Rule, more: { self?: Rule; final?: Rule } = {}): Rules => ({
  self: more.self ?? ownChannel,
  between,
  final: more.final ?? absurdAtFinal,
});

// The failing node asks other terms for the channel onwards than we met. Where the route meets those in its update, it
// dislikes how the payment arrived: the link before it, or, for the first node, the node itself.
const OTHER_TERMS = rules(otherTerms);
// The connection onwards does not work at all: blame the pair. Whether the links before carried is not credited, as lnd
// does not either: the node may say this of any payment. From ourselves: our peer is offline.
const BROKEN_CONNECTION = rules(brokenOutgoing);
// The next node could not read the onion, and the one before it reports so: blame the link between the two, for either
// may have spoilt it. Reported by ourselves, it is our peer that could not.
const BROKEN_ONION = rules(brokenOutgoing, { self: firstPeer });
// The failing node dislikes its own payload, which we made and nobody else can read: blame the node; it did receive the
// payment.
const BROKEN_PAYLOAD = rules(nodeAfterCarrying);
// The node speaks about itself, or says nothing that is understood: blame it, and credit nothing.
const NODE = rules(wholeNode);
// The final node refuses the payment as such: invoice gone, other secret, or blocks found on the way. From a node
// between, this and the codes below make no sense, so it is blamed itself.
const REFUSED = rules(wholeNode, { final: refusedArrival });
// The final node got another amount or expiry than its payload says: the peer before it changed them.
const ALTERED = rules(wholeNode, { final: alteredArrival });

/** By code, so that the compiler misses none. */
const RULES: Readonly<Record<Code, Rules>> = {
  // The channel onwards could not take the amount: blame its direction. From ourselves: our own channel (no balance, not
  // eligible, above its maximum). A final node has no channel onwards.
  [Code.TEMPORARY_CHANNEL_FAILURE]: rules(lackedOutgoing),
  // The channel onwards is switched off: a policy of its owner, and the pair is of no use meanwhile.
  [Code.CHANNEL_DISABLED]: rules(disabledOutgoing),
  [Code.FEE_INSUFFICIENT]: OTHER_TERMS,
  [Code.AMOUNT_BELOW_MINIMUM]: OTHER_TERMS,
  [Code.INCORRECT_CLTV_EXPIRY]: OTHER_TERMS,
  [Code.UNKNOWN_NEXT_PEER]: BROKEN_CONNECTION,
  [Code.PERMANENT_CHANNEL_FAILURE]: BROKEN_CONNECTION,
  [Code.INVALID_ONION_VERSION]: BROKEN_ONION,
  [Code.INVALID_ONION_HMAC]: BROKEN_ONION,
  [Code.INVALID_ONION_KEY]: BROKEN_ONION,
  [Code.INVALID_ONION_PAYLOAD]: BROKEN_PAYLOAD,
  [Code.INVALID_ONION_BLINDING]: BROKEN_PAYLOAD,
  // Too few blocks were left when the payment arrived: some node before may have held it back, or sees another height.
  // Blame all that was passed.
  [Code.EXPIRY_TOO_SOON]: rules(linksBefore),
  [Code.EXPIRY_TOO_FAR]: NODE,
  [Code.TEMPORARY_NODE_FAILURE]: NODE,
  [Code.PERMANENT_NODE_FAILURE]: NODE,
  [Code.REQUIRED_NODE_FEATURE_MISSING]: NODE,
  [Code.REQUIRED_CHANNEL_FEATURE_MISSING]: NODE,
  [Code.INVALID_REALM]: NODE,
  [Code.UNKNOWN_FAILURE]: NODE,
  [Code.RESERVED]: NODE,
  [Code.UNRECOGNIZED]: NODE,
  [Code.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS]: REFUSED,
  [Code.INCORRECT_PAYMENT_AMOUNT]: REFUSED,
  [Code.FINAL_INCORRECT_CLTV_EXPIRY]: ALTERED,
  [Code.FINAL_INCORRECT_HTLC_AMOUNT]: ALTERED,
  // The final node waited for further parts. A single part is complete at once, so the invoice has its own troubles.
  [Code.MPP_TIMEOUT]: rules(wholeNode, { final: arrivedInParts }),
  // The payment came too late for the final node: it was held back, or blocks were found faster than we allowed.
  [Code.FINAL_EXPIRY_TOO_SOON]: rules(wholeNode, { final: lateArrival }),
  // Nobody could decrypt the failure, and the index that comes with it means nothing: any node may have spoilt it.
  [Code.UNREADABLE_FAILURE]: anyLink,
  // Our own node broke down (dust exposure, a switch that lost the attempt); the index means nothing.
  [Code.INTERNAL_FAILURE]: (attempt) => ownChannel(attempt, 'our own node had an internal failure'),
};

/** Picks the rule for the failing node's place; one that is not on the route was named by a broken message. */
function judge(code: Code, attempt: FailedAttempt): Finding {
  const chosen = RULES[code];
  if (typeof chosen === 'function') return chosen(attempt);
  switch (attempt.position) {
    case 'self':
      return chosen.self(attempt);
    case 'first':
    case 'middle':
    case 'last_but_one':
      return chosen.between(attempt);
    case 'final':
      return chosen.final(attempt);
    case 'unknown':
      return anyLink(attempt);
  }
}

// ---- codes

const KNOWN_CODES: ReadonlyMap<number, FailureCodeName> = new Map(
  Object.entries(Code).map(([name, value]) => [value, name as FailureCodeName]),
);

/** A number that lnd may add one day reads as UNRECOGNIZED. */
function knownCode(code: Code): Code {
  return KNOWN_CODES.has(code) ? code : Code.UNRECOGNIZED;
}

function codeName(code: Code): FailureCodeName {
  return KNOWN_CODES.get(code) ?? 'UNRECOGNIZED';
}
