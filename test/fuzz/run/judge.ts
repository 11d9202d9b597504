/** Tells a documented refusal from a finding. */
import type { FuzzTarget } from '../target.ts';

/** What the engine says of a fault in a program. A documented RangeError never begins so. */
const OF_ENGINE =
  /^(?:Maximum call stack|Array buffer allocation|Invalid (?:array|typed array|array buffer|string|count|time|date|code point|argument type|shared)|Offset is outside|Start offset|Maximum BigInt|BigInt (?:too|is too)|The number .* cannot be converted|Cannot (?:mix|convert|read|set|destructure|create|assign|perform)|URI malformed|byte length of|precision|toFixed|Incorrect locale|Value .* out of range)|(?:is not a function|is not iterable|is not defined|of undefined|of null|is not a constructor|out of memory)/;

const BUILT_IN: ReadonlySet<unknown> = new Set([
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  URIError,
  EvalError,
]);

/** Whether the target documents this error. */
export function isRefusal(error: unknown, { refusals }: Pick<FuzzTarget, 'refusals'>): boolean {
  if (!(error instanceof Error)) return false;
  if (BUILT_IN.has(error.constructor) && OF_ENGINE.test(error.message)) return false;
  return refusals.some((allowed) => error instanceof allowed);
}

export interface Described {
  readonly what: string;
  /** The same for two inputs that go wrong at one place. */
  readonly signature: string;
}

export function described(error: unknown): Described {
  if (!(error instanceof Error)) {
    const what = `something was thrown that is no error: ${typeof error}`;
    return { what, signature: what };
  }
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const ours = frames.find((line) => line.includes('/src/')) ?? frames[0] ?? '';
  const place = ours.trim().replace(/.*?((?:src|test)\/[^)]*)\)?$/, '$1');
  return {
    what: `${error.name}: ${error.message.slice(0, 300)}\n${frames.slice(0, 8).join('\n')}`,
    signature: `${error.name} ${place}`,
  };
}
