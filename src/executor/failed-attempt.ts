/** A failed attempt as the rules of interpretation see it, and the findings that they choose from. */
import type { Failure } from '../generated/messages/failure.ts';
import type { Route } from '../generated/messages/route.ts';
import type { LiquidityFact } from '../liquidity/liquidity-fact.ts';
import type { NodeId } from '../units/ids.ts';
import { readChannelUpdate } from './channel-update.ts';
import { finalNode, routeLinks } from './route-links.ts';
import type { Blame, FailurePosition, RouteLink, UpdateReading, Verdict } from './verdict.ts';

/** The part of a verdict that depends on the code. */
export type Finding = Pick<
  Verdict,
  'blame' | 'otherwise' | 'facts' | 'repriceable' | 'next' | 'reason'
>;

/** What a rule says beyond the defaults: nobody else to blame, nothing learnt, no repricing, go on. */
type FindingParts = Pick<Finding, 'blame' | 'reason'> & Partial<Finding>;

export const finding = (parts: FindingParts): Finding => ({
  otherwise: null,
  facts: [],
  repriceable: false,
  next: 'retry',
  ...parts,
});

export class FailedAttempt {
  readonly links: readonly RouteLink[];
  /** True where the route ends where it began: the final node is ours, and can be trusted. */
  readonly circular: boolean;
  /** Index of the failing node: 0 ourselves, `last` the final one. */
  readonly index: number;
  readonly position: FailurePosition;
  readonly update: UpdateReading;

  constructor(route: Route, failure: Failure, sender: NodeId) {
    this.links = routeLinks(route, sender);
    this.circular = finalNode(route) === sender;
    this.index = failure.failureSourceIndex;
    this.position = positionOf(this.index, this.last);
    this.update =
      this.position === 'self' || this.position === 'unknown'
        ? { kind: 'none' }
        : readChannelUpdate(failure.channelUpdate, { source: this.source, links: this.links });
  }

  /** Index of the final node; also the number of links. */
  get last(): number {
    return this.links.length;
  }

  get source(): NodeId {
    return this.index === 0 ? this.links[0]!.from : this.links[this.index - 1]!.to;
  }

  /** The channel that the failing node was to forward over. */
  get outgoing(): RouteLink {
    return this.links[this.index]!;
  }

  /** The first `count` links carried their amounts. */
  carried(count: number): LiquidityFact[] {
    return this.links
      .slice(0, Math.max(0, count))
      .map(({ from, to, amountMsat }) => ({ kind: 'carried', from, to, amountMsat }));
  }

  /**
   * Both directions between the ends of each link. Of a circle's last link only the direction that the payment took:
   * the other one is our own channel to that peer, whose state our node knows and which nothing was sent over.
   */
  suspect(...links: readonly RouteLink[]): LiquidityFact[] {
    return links.flatMap(({ link, from, to }): LiquidityFact[] => {
      const forth: LiquidityFact = { kind: 'suspect', from, to };
      if (this.circular && link === this.last - 1) return [forth];
      return [forth, { kind: 'suspect', from: to, to: from }];
    });
  }

  /** The node that link `index - 1` leads to, with its links of this route. */
  suspectNode(index: number): LiquidityFact[] {
    return this.suspect(...this.links.slice(index - 1, index + 1));
  }

  nodeBlame(index: number): Blame {
    return { kind: 'node', nodeId: this.links[index - 1]!.to };
  }
}

function positionOf(index: number, last: number): FailurePosition {
  if (!Number.isInteger(index) || index < 0 || index > last) return 'unknown';
  if (index === 0) return 'self';
  if (index === last) return 'final';
  if (index === 1) return 'first';
  return index === last - 1 ? 'last_but_one' : 'middle';
}
