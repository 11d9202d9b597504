/**
 * The asynchronous door to `parseDescribeGraph`. It is the one file of the core that awaits: bytes arrive in pieces.
 * It uses nothing but the web's own streams, so it runs in a browser as well. What arrives is unpacked, parsed and
 * read piece by piece: a file of 32 MB takes little more memory than the graph that it becomes.
 */
import type { GraphDescription } from '../ports.ts';
import { DescriptionReader, type EntryReader, GraphReader } from './entry-reader.ts';
import { GraphFormatError } from './graph-format-error.ts';
import { ListCutter } from './list-cutter.ts';
import { type ParsedGraph, readBatch, readLists } from './parse-describe-graph.ts';

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
  const reader = new GraphReader();
  await readSource(source, reader);
  return reader.finish();
}

/** The same without building the graph: record by record, as a simulated network wants it. */
export async function loadGraphDescription(source: GraphSource): Promise<GraphDescription> {
  const reader = new DescriptionReader();
  await readSource(source, reader);
  return reader.finish();
}

async function readSource(source: GraphSource, reader: EntryReader): Promise<void> {
  if (typeof source === 'string') {
    readLists(source, reader);
    return;
  }
  const decoder = new TextDecoder();
  const cutter = new ListCutter({
    deliver: ({ bytes, ...batch }) => readBatch({ ...batch, text: decoder.decode(bytes) }, reader),
  });
  for await (const piece of plainPieces(piecesOf(source))) cutter.push(piece);
  readLists(decoder.decode(cutter.rest), reader);
}

/** Bytes that are there at once are passed on in pieces of this size, so that the cutter's room stays small. */
const PIECE_BYTES = 1 << 16;

async function* piecesOf(source: Exclude<GraphSource, string>): AsyncGenerator<Uint8Array> {
  if (!(source instanceof Uint8Array || source instanceof ArrayBuffer)) {
    yield* source;
    return;
  }
  const bytes = source instanceof Uint8Array ? source : new Uint8Array(source);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}

/** The pieces, unpacked where the first two bytes are those of gzip. */
async function* plainPieces(pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start = new Uint8Array();
  while (start.length < 2) {
    const next = await pieces.next();
    if (next.done === true) break;
    const joined = new Uint8Array(start.length + next.value.length);
    joined.set(start);
    joined.set(next.value, start.length);
    start = joined;
  }
  const all = startingWith(start, pieces);
  yield* start[0] === 0x1f && start[1] === 0x8b ? gunzip(all) : all;
}

async function* startingWith(
  start: Uint8Array,
  pieces: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield start;
  yield* pieces;
}

/**
 * Graphs pack some ten to one, and gzip could do a thousand: a file that unpacks to more than this, and so many times its
 * own bytes, was made to fill the memory.
 */
const UNPACKED_FREELY = 1 << 20;
const MOST_TIMES_PACKED = 100;

async function* gunzip(packed: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unread: { failure?: unknown } = {};
  let [packedBytes, plainBytes] = [0, 0];
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const next = await packed.next();
        if (next.done === true) controller.close();
        else {
          packedBytes += next.value.length;
          controller.enqueue(next.value as Uint8Array<ArrayBuffer>);
        }
      } catch (failure) {
        unread.failure = failure;
        throw failure;
      }
    },
    async cancel() {
      await packed.return(undefined);
    },
  });
  try {
    for await (const piece of stream.pipeThrough(new DecompressionStream('gzip'))) {
      plainBytes += piece.length;
      if (plainBytes > UNPACKED_FREELY + MOST_TIMES_PACKED * packedBytes) throw bomb();
      yield piece;
    }
  } catch (cause) {
    if (cause instanceof GraphFormatError) throw cause;
    // What could not be read is no fault of the gzip data.
    if ('failure' in unread) throw unread.failure;
    throw new GraphFormatError('the gzip data is damaged or cut short; fetch the file again', {
      cause,
    });
  }
}

const bomb = (): GraphFormatError =>
  new GraphFormatError(
    `the gzip data unpacks to more than ${MOST_TIMES_PACKED} times its size, which no graph does; fetch the file again`,
  );
