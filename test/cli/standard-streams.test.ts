import { describe, expect, it } from 'vitest';
import { type BreakableStream, standardStreams } from '../../src/cli/standard-streams.ts';

/** Keeps what it is given until it breaks. */
class FakeStream implements BreakableStream {
  readonly written: string[] = [];
  throws: NodeJS.ErrnoException | undefined;
  #listener: (error: NodeJS.ErrnoException) => void = () => {};

  write(text: string): void {
    if (this.throws !== undefined) throw this.throws;
    this.written.push(text);
  }

  on(_event: 'error', listener: (error: NodeJS.ErrnoException) => void): void {
    this.#listener = listener;
  }

  breaks(error: NodeJS.ErrnoException): void {
    this.#listener(error);
  }
}

const failure = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

describe('standardStreams', () => {
  it('drops what is written after the reader went away, and says nothing', () => {
    const [out, err] = [new FakeStream(), new FakeStream()];
    const streams = standardStreams({ out, err });
    streams.out.write('one');
    out.breaks(failure('EPIPE'));
    streams.out.write('two');
    streams.err.write('three');
    expect([out.written, err.written]).toEqual([['one'], ['three']]);
  });

  it('tells on standard error, once, why nothing can be written', () => {
    const [out, err] = [new FakeStream(), new FakeStream()];
    const streams = standardStreams({ out, err });
    out.throws = failure('ENOSPC');
    streams.out.write('one');
    out.breaks(failure('ENOSPC'));
    streams.out.write('two');
    expect(err.written).toEqual(['ballast: standard output cannot be written: ENOSPC\n']);
  });

  it('survives when both are gone', () => {
    const [out, err] = [new FakeStream(), new FakeStream()];
    const streams = standardStreams({ out, err });
    err.breaks(failure('EIO'));
    out.breaks(failure('EIO'));
    streams.out.write('one');
    streams.err.write('two');
    expect([out.written, err.written]).toEqual([[], []]);
  });
});
