/** What becomes of the entries of a graph file: a graph at once, or records. */
import type { ChannelRecord, GraphDescription, NodeRecord, RejectedRecord } from '../ports.ts';
import { edgeFields, nodeFields } from './entry-fields.ts';
import { EXPECTED, GraphFormatError } from './graph-format-error.ts';
import { NetworkGraph } from './network-graph.ts';
import { readChannel, readChannelRow, readNode } from './read-record.ts';

/** Takes the entries of the lists "nodes" and "edges" as JSON has them. */
export interface EntryReader {
  node(entry: unknown): void;
  edge(entry: unknown): void;
}

/** More than a real network has channels, all of them malformed. Each takes fifty times the memory that it is long. */
const MOST_REJECTED = 100_000;

/** Lists what was refused. */
class Rejections {
  readonly list: RejectedRecord[] = [];

  /** @throws GraphFormatError where there are too many */
  add(rejected: RejectedRecord): void {
    if (this.list.push(rejected) <= MOST_REJECTED) return;
    throw new GraphFormatError(
      `this is no network graph: more than ${MOST_REJECTED} of its records are malformed, the last because ${rejected.reason}; ${EXPECTED}`,
    );
  }
}

/** Builds the graph: fields go from JSON straight into the columns. */
export class GraphReader implements EntryReader {
  readonly #graph = new NetworkGraph();
  readonly #malformed = new Rejections();
  /** Sound records that do not fit the graph; they are listed after all malformed ones. */
  readonly #unfit = new Rejections();

  node(entry: unknown): void {
    const result = readNode(nodeFields(entry));
    if (result.kind === 'ok') this.#graph.addNode(result.record);
    else this.#malformed.add(result.rejected);
  }

  edge(entry: unknown): void {
    const fields = edgeFields(entry);
    const result = fields.kind === 'ok' ? readChannelRow(fields.record, this.#graph) : fields;
    if (result.kind === 'rejected') {
      this.#malformed.add(result.rejected);
      return;
    }
    const added = this.#graph.addRow(result.record);
    if (added.kind === 'rejected') this.#unfit.add(added.rejected);
  }

  finish(): { graph: NetworkGraph; rejected: RejectedRecord[] } {
    return { graph: this.#graph, rejected: [...this.#malformed.list, ...this.#unfit.list] };
  }
}

export class DescriptionReader implements EntryReader {
  readonly #nodes: NodeRecord[] = [];
  readonly #channels: ChannelRecord[] = [];
  readonly #rejected = new Rejections();

  node(entry: unknown): void {
    const result = readNode(nodeFields(entry));
    if (result.kind === 'ok') this.#nodes.push(result.record);
    else this.#rejected.add(result.rejected);
  }

  edge(entry: unknown): void {
    const fields = edgeFields(entry);
    const result = fields.kind === 'ok' ? readChannel(fields.record) : fields;
    if (result.kind === 'ok') this.#channels.push(result.record);
    else this.#rejected.add(result.rejected);
  }

  finish(): GraphDescription {
    return { nodes: this.#nodes, channels: this.#channels, rejected: this.#rejected.list };
  }
}
