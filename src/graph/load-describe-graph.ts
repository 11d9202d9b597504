/**
 * The asynchronous door to `parseDescribeGraph`. It is the one file of the core that awaits: bytes arrive in pieces.
 * It uses nothing but the web's own streams, so it runs in a browser as well.
 */
import type { GraphDescription } from '../ports.ts';
import { NetworkGraph } from './network-graph.ts';
import { GraphFormatError, type ParsedGraph, readDescribeGraph } from './parse-describe-graph.ts';

/** A graph file: its text, its bytes, or its bytes in pieces; plain or gzip. */
export type GraphSource =
  | string
  | Uint8Array
  | ArrayBuffer
  | AsyncIterable<Uint8Array>
  | ReadableStream<Uint8Array>;

/**
 * Loads the JSON of `lncli describegraph` from text, bytes or a stream (`fs.createReadStream`, `fetch().body`, ...),
 * unpacking gzip where the first two bytes say so.
 *
 * @throws GraphFormatError when it is not such a file, or the gzip data is damaged.
 */
export async function loadDescribeGraph(source: GraphSource): Promise<ParsedGraph> {
  return NetworkGraph.fromDescription(await loadGraphDescription(source));
}

/** The same without building the graph: record by record, as a simulated network wants it. */
export async function loadGraphDescription(source: GraphSource): Promise<GraphDescription> {
  if (typeof source === 'string') return readDescribeGraph(source);
  const bytes = await gather(source);
  const plain = isGzip(bytes) ? await gunzip(bytes) : bytes;
  return readDescribeGraph(new TextDecoder().decode(plain));
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

async function gather(source: Exclude<GraphSource, string>): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof Uint8Array) return source as Uint8Array<ArrayBuffer>;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of source) {
    pieces.push(piece);
    length += piece.length;
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return await gather(stream);
  } catch (cause) {
    throw new GraphFormatError('the gzip data is damaged or cut short; fetch the file again', {
      cause,
    });
  }
}
