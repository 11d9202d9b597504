/** What happens during a rebalance, in lines for people. */
import type { HopReport, RebalanceEvent } from '../../executor/rebalance-report.ts';
import type { Blame, Verdict } from '../../executor/verdict.ts';
import type { LiquidityFact } from '../../liquidity/liquidity-fact.ts';
import type { NodeId } from '../../units/ids.ts';
import { grouped, nodeName, ppm, satFromMsat } from './figures.ts';

type NameOf = (nodeId: NodeId) => string;

/** Turns events into lines. It remembers the nodes of the routes it was shown, to name them later. */
export class ProgressLines {
  readonly #aliases = new Map<NodeId, string>();
  /** The invoice is taken back, so our own node refuses what arrives. */
  #stopping = false;

  linesOf(event: RebalanceEvent): readonly string[] {
    switch (event.kind) {
      case 'waiting':
        return [`waiting for payments that hold the same liquidity: ${event.payments.join(', ')}`];
      case 'route_found': {
        this.#learnNames(event.hops);
        const { quote } = event;
        const proof = event.proven ? '' : ', not proven to be the cheapest';
        return [
          `route: ${routeText(event.hops)}`,
          `  ${satFromMsat(quote.amountMsat)} sat for ${grouped(quote.feeMsat)} msat (${ppm(quote)} ppm), ` +
            `${quote.hopCount} channels, locked for at most ${quote.cltvBlocks} blocks${proof}`,
        ];
      }
      case 'attempt_started':
        return [`attempt ${event.attempt}: sending with payment hash ${event.paymentHash}`];
      case 'attempt_failed':
        return this.#failureLines(event.report.attempt, event.verdict);
      case 'probe_carried':
        return [
          `attempt ${event.report.attempt}: ${satFromMsat(event.report.amountMsat)} sat can pass, for ${grouped(event.report.feeMsat)} msat`,
        ];
      case 'arrival_rejected':
        return [
          `attempt ${event.report.attempt}: ${event.reason}; it is given back, nothing is paid`,
        ];
      case 'attempt_not_sent':
        return [`attempt ${event.report.attempt}: the node did not send it: ${event.reason}`];
      case 'repriced':
        return [
          `  channel ${event.update.channelId} has new terms: base ${grouped(event.update.policy.feeBaseMsat)} msat, ` +
            `${grouped(event.update.policy.feeRatePpm)} ppm, ${event.update.policy.timeLockDelta} blocks`,
        ];
      case 'amount_shrunk':
        return [
          `amount: ${satFromMsat(event.fromMsat)} -> ${satFromMsat(event.toMsat)} sat (${event.reason})`,
        ];
      case 'tracking_unknown':
        return [
          `attempt ${event.attempt}: outcome unknown (${event.reason}); following it, nothing else is sent`,
        ];
      case 'stopping':
        this.#stopping = true;
        return [`stopping (${event.cause}): following attempt ${event.attempt} to its end`];
      case 'settled': {
        const arrivals = event.arrivals.map(({ channelId }) => channelId).join(', ');
        const where = arrivals === '' ? '' : `; it arrived over channel ${arrivals}`;
        return [
          `attempt ${event.report.attempt}: settled, ${satFromMsat(event.report.amountMsat)} sat moved for ` +
            `${grouped(event.report.feeMsat)} msat (${ppm(event.report)} ppm)${where}`,
        ];
      }
      case 'finished':
        return event.report.notes.map((note) => `note: ${note}`);
    }
  }

  #learnNames(hops: readonly HopReport[]): void {
    for (const hop of hops) {
      this.#aliases.set(hop.from, hop.fromAlias);
      this.#aliases.set(hop.to, hop.toAlias);
    }
  }

  #failureLines(attempt: number, verdict: Verdict): string[] {
    if (this.#stopping && verdict.blame.kind === 'final') {
      return [`attempt ${attempt}: given back, for its invoice was cancelled: nothing is paid`];
    }
    const name: NameOf = (nodeId) => nodeName({ nodeId, alias: this.#aliases.get(nodeId) ?? '' });
    const who = verdict.source === null ? 'an unknown node' : name(verdict.source);
    const at = verdict.sourceIndex === null ? '' : ` (hop ${verdict.sourceIndex})`;
    const lines = [
      `attempt ${attempt}: ${verdict.code} from ${who}${at}: ${blameText(verdict.blame, name)}`,
    ];
    const learnt = verdict.facts.map((fact) => factText(fact, name));
    if (learnt.length > 0) lines.push(`  learnt: ${learnt.join('; ')}`);
    return lines;
  }
}

/** `alice -[812345x1x0]-> bob -[...]-> alice` */
function routeText(hops: readonly HopReport[]): string {
  const [first] = hops;
  if (first === undefined) return '(empty)';
  const start = nodeName({ nodeId: first.from, alias: first.fromAlias });
  const steps = hops.map(
    (hop) => ` -[${hop.channelId}]-> ${nodeName({ nodeId: hop.to, alias: hop.toAlias })}`,
  );
  return start + steps.join('');
}

function blameText(blame: Blame, name: NameOf): string {
  switch (blame.kind) {
    case 'own_channel':
      return `our own channel ${blame.channelId} refused`;
    case 'channel': {
      const way = `channel ${blame.at.channelId} from ${name(blame.at.from)} to ${name(blame.at.to)}`;
      return blame.cause === 'liquidity' ? `${way} lacks the liquidity` : `${way} asks other terms`;
    }
    case 'pair':
      return `no way from ${name(blame.at.from)} to ${name(blame.at.to)}`;
    case 'node':
      return `node ${name(blame.nodeId)} cannot be used`;
    case 'final':
      return 'our own node refused the arrival';
    case 'unknown':
      return 'nobody can tell where';
  }
}

function factText(fact: LiquidityFact, name: NameOf): string {
  const way = `${name(fact.from)} -> ${name(fact.to)}`;
  switch (fact.kind) {
    case 'carried':
      return `${way} carries ${satFromMsat(fact.amountMsat)} sat`;
    case 'moved':
      return `${way} has taken ${satFromMsat(fact.amountMsat)} sat`;
    case 'lacked':
      return `${way} lacks ${satFromMsat(fact.amountMsat)} sat`;
    case 'suspect':
      return `${way} is suspect`;
  }
}
