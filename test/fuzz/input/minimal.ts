/** Makes an input small that still does what it does, by leaving out ever smaller parts of it. */

export interface MinimalTerms {
  /** Whether an input does the same. */
  readonly same: (input: Uint8Array) => boolean | Promise<boolean>;
  /** Most inputs to try. */
  readonly mostTries: number;
}

/** Halves first, then quarters, and so on down to single bytes. */
export async function minimal(input: Uint8Array, terms: MinimalTerms): Promise<Uint8Array> {
  let best = input;
  let tries = 0;
  for (let part = Math.ceil(best.length / 2); part >= 1; part = Math.floor(part / 2)) {
    for (let at = 0; at < best.length && tries < terms.mostTries; ) {
      const without = Buffer.concat([best.subarray(0, at), best.subarray(at + part)]);
      tries++;
      if (await terms.same(new Uint8Array(without))) best = new Uint8Array(without);
      else at += part;
    }
  }
  return best;
}
