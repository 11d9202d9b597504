/** How replies travel: lightningd's own way, and every other one that the protocol allows. */

export interface WireBehaviour {
  /** Bytes that go out at a time; default all at once. */
  readonly pieceBytes?: number;
  /** Writes replies over many lines, blank ones between them, as commands of plugins may. */
  readonly blankLines?: boolean;
  /** Holds each reply back until another one is there, and then sends the later one first. */
  readonly outOfOrder?: boolean;
  /** Breaks the connection after so many bytes of replies. */
  readonly cutAfterBytes?: number;
}

/** Ends with two line ends, as every reply of lightningd does. */
export function framed(text: string, { blankLines = false }: WireBehaviour): string {
  // Line ends between the parts of JSON mean nothing; within strings there are none.
  return `${blankLines ? text.replaceAll('\n', '\n\n') : text}\n\n`;
}

export function* pieces(bytes: Uint8Array, { pieceBytes }: WireBehaviour): Generator<Uint8Array> {
  if (pieceBytes === undefined) {
    yield bytes;
    return;
  }
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
