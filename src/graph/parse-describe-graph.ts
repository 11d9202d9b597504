/** Reads what `lncli describegraph` prints. */
import type { GraphDescription, RejectedRecord } from '../ports.ts';
import { DescriptionReader, type EntryReader, GraphReader } from './entry-reader.ts';
import { EXPECTED, GraphFormatError } from './graph-format-error.ts';
import type { ListName } from './list-cutter.ts';
import type { NetworkGraph } from './network-graph.ts';

export { GraphFormatError } from './graph-format-error.ts';

/** A graph that was read, and what was not taken into it. */
export interface ParsedGraph {
  readonly graph: NetworkGraph;
  /** Every record that was refused, with its id and the reason. */
  readonly rejected: readonly RejectedRecord[];
}

/**
 * The graph in the JSON of `lncli describegraph`, as text or already parsed. Malformed records are left out and
 * listed; the rest loads. A file takes far less memory through `loadDescribeGraph`, which never holds it whole.
 *
 * @throws GraphFormatError when the input is not such a file.
 */
export function parseDescribeGraph(input: string | object): ParsedGraph {
  const reader = new GraphReader();
  readLists(input, reader);
  return reader.finish();
}

/** The same without building the graph: record by record. */
export function readDescribeGraph(input: string | object): GraphDescription {
  const reader = new DescriptionReader();
  readLists(input, reader);
  return reader.finish();
}

/** Hands all entries of both lists to a reader, nodes first. */
export function readLists(input: string | object, reader: EntryReader): void {
  const file = typeof input === 'string' ? parseJson(input) : input;
  if (typeof file !== 'object' || file === null || Array.isArray(file)) {
    throw new GraphFormatError(`this is no network graph; ${EXPECTED}`);
  }
  for (const entry of listOf(file, 'nodes')) reader.node(entry);
  for (const entry of listOf(file, 'edges')) reader.edge(entry);
}

/** The same for some entries of one list: the text of a JSON array, which may be empty only if the `whole` list is. */
export function readBatch(
  { list, text, whole }: { list: ListName; text: string; whole: boolean },
  reader: EntryReader,
): void {
  const entries = parseJson(text, `in the list "${list}": `);
  if (!Array.isArray(entries) || (entries.length === 0 && !whole)) {
    throw new GraphFormatError(`this is no JSON (in the list "${list}": stray comma); ${EXPECTED}`);
  }
  if (list === 'nodes') for (const entry of entries) reader.node(entry);
  else for (const entry of entries) reader.edge(entry);
}

function parseJson(text: string, where = ''): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new GraphFormatError(`this is no JSON (${where}${detail}); ${EXPECTED}`, { cause });
  }
}

function listOf(file: { readonly [Name in ListName]?: unknown }, name: ListName): unknown[] {
  const list = file[name];
  if (Array.isArray(list)) return list;
  throw new GraphFormatError(`this is no network graph: it has no list "${name}"; ${EXPECTED}`);
}
