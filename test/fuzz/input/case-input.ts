/** The input of one case: its target, the seed and the number of the case decide it, and nothing else. */
import fc from 'fast-check';
import { SeededRandom } from '../../seeded-random.ts';
import type { FuzzTarget } from '../target.ts';
import { type MutationGround, mutateBytes } from './mutate-bytes.ts';
import { mutateJson } from './mutate-json.ts';
import { mutateProtobuf } from './mutate-protobuf.ts';

export interface CaseKey {
  readonly seed: number;
  readonly index: number;
}

/** Valid inputs are drawn so many at a time, which is faster, and fast-check goes from small ones to large ones. */
const BATCH = 64;
/** To draw one takes longer than to change it, so each serves for several cases. */
const CASES_OF_BATCH = 4 * BATCH;
/** So many inputs are left as they were drawn. */
const UNTOUCHED = 0.2;
const MOST_MUTATIONS = 4;

/** Keeps the batch that was drawn last. */
export class CaseInputs {
  readonly #target: FuzzTarget;
  #drawn: { readonly key: string; readonly inputs: readonly Uint8Array[] } | undefined;

  constructor(target: FuzzTarget) {
    this.#target = target;
  }

  of({ seed, index }: CaseKey): Uint8Array {
    const batch = this.#batch(seed, Math.floor(index / CASES_OF_BATCH));
    const random = new SeededRandom(mixed(seed, index));
    let input = batch[index % BATCH]!;
    if (random.chance(UNTOUCHED)) return input;
    const other = random.pick(batch);
    for (let i = random.between(1, MOST_MUTATIONS); i > 0; i--) {
      input = this.#mutated(input, { random, other });
    }
    return input;
  }

  #batch(seed: number, number: number): readonly Uint8Array[] {
    const key = `${seed}/${number}`;
    if (this.#drawn?.key !== key) {
      const terms = { seed: mixed(seed, -1 - number), numRuns: BATCH };
      this.#drawn = { key, inputs: fc.sample(this.#target.valid, terms) };
    }
    return this.#drawn.inputs;
  }

  /** Most often as its shape allows, for what is not even JSON gets no further than its parser. */
  #mutated(input: Uint8Array, ground: MutationGround): Uint8Array {
    const { shape, prefixBytes = 0 } = this.#target;
    if (ground.random.chance(0.3)) return mutateBytes(input, ground);
    const shaped = shapedMutation(shape, input.subarray(prefixBytes), ground.random);
    if (shaped === undefined) return mutateBytes(input, ground);
    return new Uint8Array(Buffer.concat([input.subarray(0, prefixBytes), shaped]));
  }
}

function shapedMutation(
  shape: FuzzTarget['shape'],
  input: Uint8Array,
  random: SeededRandom,
): Uint8Array | undefined {
  switch (shape) {
    case 'json': {
      const text = mutateJson(new TextDecoder().decode(input), random);
      return text === undefined ? undefined : new TextEncoder().encode(text);
    }
    case 'protobuf':
      return mutateProtobuf(input, random);
    case 'bytes':
    case 'text':
      return undefined;
  }
}

/** Spreads neighbouring numbers over the whole range (the finaliser of MurmurHash3). */
function mixed(seed: number, index: number): number {
  let h = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(index + 1, 0xc2b2_ae35);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85eb_ca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2_ae35);
  return (h ^ (h >>> 16)) | 0;
}
