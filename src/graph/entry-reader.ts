/** What becomes of the entries of a graph file: a graph at once, or records. */
import type { ChannelRecord, GraphDescription, NodeRecord, RejectedRecord } from '../ports.ts';
import { edgeFields, nodeFields } from './entry-fields.ts';
import { NetworkGraph } from './network-graph.ts';
import { readChannel, readChannelRow, readNode } from './read-record.ts';

/** Takes the entries of the lists "nodes" and "edges" as JSON has them. */
export interface EntryReader {
  node(entry: unknown): void;
  edge(entry: unknown): void;
}

/** Builds the graph: fields go from JSON straight into the columns. */
export class GraphReader implements EntryReader {
  readonly #graph = new NetworkGraph();
  readonly #malformed: RejectedRecord[] = [];
  /** Sound records that do not fit the graph; they are listed after all malformed ones. */
  readonly #unfit: RejectedRecord[] = [];

  node(entry: unknown): void {
    const result = readNode(nodeFields(entry));
    if (result.kind === 'ok') this.#graph.addNode(result.record);
    else this.#malformed.push(result.rejected);
  }

  edge(entry: unknown): void {
    const fields = edgeFields(entry);
    const result = fields.kind === 'ok' ? readChannelRow(fields.record, this.#graph) : fields;
    if (result.kind === 'rejected') {
      this.#malformed.push(result.rejected);
      return;
    }
    const added = this.#graph.addRow(result.record);
    if (added.kind === 'rejected') this.#unfit.push(added.rejected);
  }

  finish(): { graph: NetworkGraph; rejected: RejectedRecord[] } {
    return { graph: this.#graph, rejected: [...this.#malformed, ...this.#unfit] };
  }
}

export class DescriptionReader implements EntryReader {
  readonly #nodes: NodeRecord[] = [];
  readonly #channels: ChannelRecord[] = [];
  readonly #rejected: RejectedRecord[] = [];

  node(entry: unknown): void {
    const result = readNode(nodeFields(entry));
    if (result.kind === 'ok') this.#nodes.push(result.record);
    else this.#rejected.push(result.rejected);
  }

  edge(entry: unknown): void {
    const fields = edgeFields(entry);
    const result = fields.kind === 'ok' ? readChannel(fields.record) : fields;
    if (result.kind === 'ok') this.#channels.push(result.record);
    else this.#rejected.push(result.rejected);
  }

  finish(): GraphDescription {
    return { nodes: this.#nodes, channels: this.#channels, rejected: this.#rejected };
  }
}
