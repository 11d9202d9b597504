/** Standard output and standard error that may break without ending a process that has a payment under way. */
import type { Streams } from './output.ts';
import type { Terminal } from './render/progress-bar.ts';

/** The part of a writable stream that is needed. */
export interface BreakableStream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  /** Of a terminal. */
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** By the environment as well: NO_COLOR, TERM. */
  hasColors?(): boolean;
}

/**
 * What is written to a stream after it broke is dropped, and `broken` tells of standard output. A reader that went
 * away (`| head`, a closed terminal's pipe) is nothing to speak of; other reasons, such as a full disk, are told on
 * standard error.
 */
export function standardStreams(
  streams: { out: BreakableStream; err: BreakableStream } = {
    out: process.stdout,
    err: process.stderr,
  },
): Streams {
  const broken = new AbortController();
  const err = untilBroken(streams.err, () => {});
  const out = untilBroken(streams.out, (error) => {
    if (error.code !== 'EPIPE') {
      err.write(`ballast: standard output cannot be written: ${error.message}\n`);
    }
    broken.abort();
  });
  const terminal = terminalOf(streams.err);
  return { out, err, broken: broken.signal, ...(terminal && { terminal }) };
}

function terminalOf(stream: BreakableStream): Terminal | undefined {
  // One that cannot move its cursor would show each state of a bar.
  if (stream.isTTY !== true || process.env['TERM'] === 'dumb') return undefined;
  return { columns: stream.columns ?? 80, colours: stream.hasColors?.() ?? false };
}

function untilBroken(
  stream: BreakableStream,
  onBreak: (error: NodeJS.ErrnoException) => void,
): Streams['out'] {
  let broken = false;
  const breaks = (error: NodeJS.ErrnoException): void => {
    if (broken) return;
    broken = true;
    onBreak(error);
  };
  stream.on('error', breaks);
  return {
    write: (text) => {
      if (broken) return;
      try {
        stream.write(text);
      } catch (error) {
        breaks(error as NodeJS.ErrnoException);
      }
    },
  };
}
