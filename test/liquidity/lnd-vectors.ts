/** lnd's vectors about probabilities; the tests beside this file cover all of them. */
import file from '../vectors/liquidity.json' with { type: 'json' };

export interface Vector<Input, Expected> {
  readonly id: string;
  readonly kind: string;
  readonly input: Input;
  readonly expected: Expected;
  readonly tolerance: number;
}

/** By id, as `it.each` takes them. */
export function vectorsOf<Input, Expected>(
  kind: string,
): readonly (readonly [string, Vector<Input, Expected>])[] {
  const vectors = file.vectors.filter((v) => v.kind === kind);
  if (vectors.length === 0) throw new Error(`there are no vectors of kind ${kind}`);
  return vectors.map((v) => [v.id, v as unknown as Vector<Input, Expected>]);
}

/** Any moment; vectors tell ages only. */
export const NOW_MS: number = 1_700_000_000_000;
