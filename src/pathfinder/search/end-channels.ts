/** The channels at one end of a path, as a request or one of its searches uses them. */
import { HOP_MSAT } from '../view/bounds.ts';
import type { EdgeTerms } from '../view/edge-terms.ts';

/** A channel at an end of the path. */
export interface EndChannel {
  /** The node at its inner end, as the view numbers it; -1 where that node does not forward. */
  readonly node: number;
  /** The same node, as the snapshot numbers it. */
  readonly peer: number;
  /** Index into `terms`. */
  readonly edge: number;
  readonly terms: EdgeTerms;
  readonly direction: number;
  readonly priceMsat: number;
  /** Its share of the lower bound. */
  readonly weight: number;
  /** It leads from source to target by itself. */
  readonly direct: boolean;
}

/** Found once for a node's channels, however many requests begin or end there. */
interface ByPeer {
  /** The lightest channel to a node of the view, or to a peer that is none. */
  readonly at: ReadonlyMap<number, number>;
  /** By channel: the next one to the same, or -1. */
  readonly next: readonly number[];
}

/**
 * The nodes that channels lead to at any price but Infinity, each once and lightest first, with that weight and the
 * channel's index. In plain arrays: a request names a channel or two, and small typed arrays take longer to make than
 * to read.
 */
interface EndNodes {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
  readonly indices: readonly number[];
}

export class EndChannels implements EndNodes {
  /** Lightest first, but for those that are direct. */
  readonly channels: readonly EndChannel[];
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
  readonly indices: readonly number[];
  /** Indices of those that lead from source to target by themselves. */
  readonly direct: readonly number[];
  readonly leastMsat: number;
  readonly #byPeer: ByPeer;
  /** The node of the only channel, or -1: spares the map in the usual case. */
  readonly #only: number;

  static of(given: readonly EndChannel[]): EndChannels {
    const channels = given.length < 2 ? given : given.toSorted((a, b) => a.weight - b.weight);
    const byPeer = byPeerOf(channels);
    const direct: number[] = [];
    for (let i = 0; i < channels.length; i++) if (channels[i]!.direct) direct.push(i);
    return new EndChannels({ channels, direct, byPeer, ...nodesOf(channels, byPeer) });
  }

  private constructor(
    parts: EndNodes & {
      readonly channels: readonly EndChannel[];
      readonly direct: readonly number[];
      readonly byPeer: ByPeer;
    },
  ) {
    const { channels, direct } = parts;
    this.channels = channels;
    this.direct = direct;
    this.nodes = parts.nodes;
    this.weights = parts.weights;
    this.indices = parts.indices;
    this.#byPeer = parts.byPeer;
    this.#only = channels.length === 1 ? channels[0]!.node : -1;
    const lightest = channels[0]?.weight ?? Number.POSITIVE_INFINITY;
    this.leastMsat = direct.reduce((least, i) => Math.min(least, channels[i]!.weight), lightest);
  }

  /** Index of the lightest channel at the node, or -1. */
  at(node: number): number {
    if (this.#only >= 0) return node === this.#only ? 0 : -1;
    return this.#byPeer.at.get(node) ?? -1;
  }

  /** Index of the next channel at the same node, or -1. */
  next(index: number): number {
    return this.#byPeer.next[index]!;
  }

  /** The same where channels to a peer lead to the other end by themselves; nobody searches on from there. */
  withDirect(end: Pick<EndChannel, 'peer' | 'node'>): EndChannels {
    const byPeer = this.#byPeer;
    const first = byPeer.at.get(keyOf(end));
    if (first === undefined) return this;
    const channels = this.channels.slice();
    const direct: number[] = [];
    for (let i = first; i >= 0; i = byPeer.next[i]!) {
      const channel = channels[i]!;
      const weight = channel.priceMsat + HOP_MSAT;
      channels[i] = { ...channel, node: -1, weight, direct: true };
      direct.push(i);
    }
    const at = this.indices.indexOf(first);
    return new EndChannels({
      channels,
      direct,
      byPeer,
      nodes: without(this.nodes, at),
      weights: without(this.weights, at),
      indices: without(this.indices, at),
    });
  }
}

function nodesOf(channels: readonly EndChannel[], { at }: ByPeer): EndNodes {
  const [nodes, weights, indices]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < channels.length; i++) {
    const { node, weight } = channels[i]!;
    if (node < 0 || at.get(node) !== i || weight === Number.POSITIVE_INFINITY) continue;
    nodes.push(node);
    weights.push(weight);
    indices.push(i);
  }
  return { nodes, weights, indices };
}

const without = (column: readonly number[], at: number): readonly number[] =>
  at < 0 ? column : column.toSpliced(at, 1);

const keyOf = ({ node, peer }: Pick<EndChannel, 'peer' | 'node'>): number =>
  node >= 0 ? node : -2 - peer;

function byPeerOf(channels: readonly EndChannel[]): ByPeer {
  const at = new Map<number, number>();
  const next = new Array<number>(channels.length).fill(-1);
  for (let i = channels.length - 1; i >= 0; i--) {
    const key = keyOf(channels[i]!);
    next[i] = at.get(key) ?? -1;
    at.set(key, i);
  }
  return { at, next };
}
