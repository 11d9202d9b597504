/** What a graph file looks like, for the messages about files that look otherwise. */
export const EXPECTED =
  'expected the JSON of `lncli describegraph`: an object with the lists "nodes" and "edges"';

/** The input is no network graph at all, as opposed to a graph with some bad records. */
export class GraphFormatError extends Error {
  override readonly name = 'GraphFormatError';
}
