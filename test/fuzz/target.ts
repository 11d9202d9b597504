/** What every fuzzed door into Ballast says about itself. */
import type fc from 'fast-check';

/** `accepted`: it was taken for good. `refused`: it was turned down without an exception, as the door documents. */
export type Outcome = 'accepted' | 'refused';

/** How an input is built, and so which mutations keep most of its structure. */
type InputShape = 'bytes' | 'json' | 'protobuf' | 'text';

/** An error class. */
type ErrorClass = abstract new (...parameters: never[]) => Error;

export interface FuzzTarget {
  readonly name: string;
  /** What comes through this door, and from whom. */
  readonly about: string;
  readonly shape: InputShape;
  /** Bytes before the part that has the shape: which message it is, for instance. @defaultValue 0 */
  readonly prefixBytes?: number;
  /** Valid inputs; mutation is the harness's work. */
  readonly valid: fc.Arbitrary<Uint8Array>;
  /** Errors that the door documents. Any other, and any that the engine itself raised, is a finding. */
  readonly refusals: readonly ErrorClass[];
  /** The share of cases that has to be accepted in the seeded run: where all or none is, nothing is tested. */
  readonly acceptedShare: readonly [least: number, most: number];
  /** Cases in `npm test`. */
  readonly seededCases: number;
  /** Most growth of memory during one case: this much, and so many bytes for each byte of input. */
  readonly memory?: MemoryBound;
  /** Once, before the first case in a process: servers, folders in the one for temporary files. All goes with the process. */
  readonly prepare?: () => Promise<void>;
  /** One case. Throws a refusal, or whatever else is a finding; assertions about what was accepted are made in here. */
  readonly run: (input: Uint8Array) => Outcome | Promise<Outcome>;
}

export interface MemoryBound {
  readonly baseBytes: number;
  readonly timesInput: number;
}

/**
 * Growth is looked at after each case, before the garbage is collected, so this is about all that was allocated: some
 * megabytes for the engine's own doings, and what objects take beyond the text that they were read from.
 */
export const USUAL_MEMORY: MemoryBound = { baseBytes: 32 * 1024 * 1024, timesInput: 400 };
