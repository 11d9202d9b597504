/**
 * The findings that the rules of `interpretFailure` choose from: one function for each, by where the failing node
 * stands.
 */
import { type FailedAttempt, type Finding, finding } from './failed-attempt.ts';
import type { RouteLink } from './verdict.ts';

// ---- ourselves

export function ownChannel(
  attempt: FailedAttempt,
  reason = 'our own node refused to send over it',
): Finding {
  const { channelId } = attempt.links[0]!;
  return finding({
    blame: { kind: 'own_channel', channelId },
    reason: `own channel ${channelId}: ${reason}`,
  });
}

export function firstPeer(attempt: FailedAttempt): Finding {
  const alone = attempt.last === 1;
  return finding({
    blame: attempt.nodeBlame(1),
    facts: attempt.suspectNode(1),
    next: alone ? 'stop' : 'retry',
    reason: `our peer ${attempt.links[0]!.to} could not read the onion`,
  });
}

// ---- nodes between

export function lackedOutgoing(attempt: FailedAttempt): Finding {
  const link = attempt.outgoing;
  const { from, to, amountMsat } = link;
  const carried = attempt.carried(attempt.index);
  const limit = policyAgainst(attempt, link);
  if (limit !== undefined) {
    return finding({
      blame: { kind: 'channel', cause: 'policy', at: link },
      facts: carried,
      repriceable: true,
      reason: `channel ${link.channelId} ${limit}`,
    });
  }
  return finding({
    blame: { kind: 'channel', cause: 'liquidity', at: link },
    facts: [...carried, { kind: 'lacked', from, to, amountMsat }],
    reason: `${from} could not forward ${amountMsat} msat over channel ${link.channelId} to ${to}`,
  });
}

/** Why the enclosed policy forbids the amount, where it does: then the balance was never asked for. */
function policyAgainst(attempt: FailedAttempt, link: RouteLink): string | undefined {
  if (attempt.update.kind !== 'usable') return undefined;
  const { channelId, from, policy } = attempt.update.update;
  if (channelId !== link.channelId || from !== link.from) return undefined;
  if (policy.disabled) return 'is disabled';
  if (policy.maxHtlcMsat === null || policy.maxHtlcMsat >= link.amountMsat) return undefined;
  return `takes at most ${policy.maxHtlcMsat} msat, not ${link.amountMsat}`;
}

export function disabledOutgoing(attempt: FailedAttempt): Finding {
  const link = attempt.outgoing;
  return finding({
    blame: { kind: 'channel', cause: 'policy', at: link },
    facts: [...attempt.suspect(link), ...attempt.carried(attempt.index)],
    reason: `channel ${link.channelId} from ${link.from} to ${link.to} is disabled`,
  });
}

/** The suspicions among the facts hold only where the path is not repriced, as in lnd's second chance. */
export function otherTerms(attempt: FailedAttempt): Finding {
  const { index, outgoing, links } = attempt;
  const isFirst = index === 1;
  const before = links[index - 1]!;
  return finding({
    blame: { kind: 'channel', cause: 'policy', at: outgoing },
    otherwise: isFirst ? attempt.nodeBlame(1) : { kind: 'pair', at: before },
    facts: isFirst
      ? attempt.suspectNode(1)
      : [...attempt.suspect(before), ...attempt.carried(index - 1)],
    repriceable: attempt.update.kind === 'usable',
    reason: `${outgoing.from} asks other terms for channel ${outgoing.channelId} than the route met`,
  });
}

export function brokenOutgoing(attempt: FailedAttempt): Finding {
  const link = attempt.outgoing;
  return finding({
    blame: { kind: 'pair', at: link },
    facts: attempt.suspect(link),
    reason: `${link.from} could not hand the payment to ${link.to} over channel ${link.channelId}`,
  });
}

export function nodeAfterCarrying(attempt: FailedAttempt): Finding {
  return finding({
    blame: attempt.nodeBlame(attempt.index),
    facts: [...attempt.suspectNode(attempt.index), ...attempt.carried(attempt.index - 1)],
    reason: `${attempt.source} could not use its part of the onion`,
  });
}

export function linksBefore(attempt: FailedAttempt): Finding {
  const passed = attempt.links.slice(0, attempt.index);
  const isFirst = attempt.index === 1;
  return finding({
    blame: isFirst ? attempt.nodeBlame(1) : { kind: 'unknown', among: passed },
    facts: isFirst ? attempt.suspectNode(1) : attempt.suspect(...passed),
    reason: `the payment reached ${attempt.source} with too few blocks left`,
  });
}

export function wholeNode(attempt: FailedAttempt): Finding {
  return finding({
    blame: attempt.nodeBlame(attempt.index),
    facts: attempt.suspectNode(attempt.index),
    reason: `${attempt.source} failed the payment for reasons of its own`,
  });
}

export function anyLink(attempt: FailedAttempt): Finding {
  if (attempt.last === 1) {
    const blame = attempt.nodeBlame(1);
    const reason = 'the failure could not be decrypted';
    return finding({ blame, facts: attempt.suspectNode(1), next: 'stop', reason });
  }
  return finding({
    blame: { kind: 'unknown', among: attempt.links },
    facts: attempt.suspect(...attempt.links),
    reason: 'the failure could not be decrypted: any node on the route may have caused it',
  });
}

// ---- the final node

export function absurdAtFinal(attempt: FailedAttempt): Finding {
  const { last, circular } = attempt;
  const reason = 'the final node failed the payment with a code that makes no sense there';
  if (circular) {
    return finding({
      blame: { kind: 'final' },
      facts: attempt.carried(last),
      next: 'stop',
      reason,
    });
  }
  return finding({
    blame: attempt.nodeBlame(last),
    facts: [...attempt.suspectNode(last), ...attempt.carried(last - 1)],
    next: 'stop',
    reason,
  });
}

export function arrivedInParts(attempt: FailedAttempt): Finding {
  return finding({
    blame: { kind: 'final' },
    facts: attempt.carried(attempt.last),
    next: attempt.circular ? 'new_invoice' : 'retry',
    reason: 'the payment arrived, but the receiver gave up waiting for the rest of it',
  });
}

export function refusedArrival(attempt: FailedAttempt): Finding {
  return finding({
    blame: { kind: 'final' },
    facts: attempt.carried(attempt.last),
    next: attempt.circular ? 'new_invoice' : 'stop',
    reason: 'the payment arrived, and the receiver refused it for its invoice',
  });
}

export function lateArrival(attempt: FailedAttempt): Finding {
  return finding({
    blame: { kind: 'final' },
    facts: attempt.circular ? attempt.carried(attempt.last) : [],
    next: attempt.circular ? 'new_invoice' : 'stop',
    reason: 'the payment arrived with too few blocks left',
  });
}

export function alteredArrival(attempt: FailedAttempt): Finding {
  const { last, links } = attempt;
  const reason = 'the payment arrived with another amount or expiry than was sent';
  if (last === 1) {
    const blame = attempt.nodeBlame(1);
    return finding({ blame, facts: attempt.suspectNode(1), next: 'stop', reason });
  }
  const lastLink = links[last - 1]!;
  return finding({
    blame: { kind: 'pair', at: lastLink },
    facts: [...attempt.suspect(lastLink), ...attempt.carried(last - 1)],
    reason,
  });
}
