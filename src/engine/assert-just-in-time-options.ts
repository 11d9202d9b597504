/** The checks of just-in-time options, for callers in plain JavaScript. */
import { tryParseChannelId } from '../units/ids.ts';
import type { JustInTimeOptions } from './just-in-time-options.ts';

/** Every option, numbers with their range; the compiler keeps the list complete. */
const OPTIONS: Readonly<
  Record<
    keyof JustInTimeOptions,
    { readonly least: number; readonly most: number; readonly whole: boolean } | 'msat' | 'other'
  >
> = {
  // Senders and nodes on the way count a payment as stuck after less than a minute.
  holdMs: { least: 1000, most: 30_000, whole: false },
  claimMs: { least: 50, most: 5000, whole: false },
  cltvMarginBlocks: { least: 1, most: 1000, whole: true },
  mostHeld: { least: 1, most: 100, whole: true },
  keepShare: { least: 0, most: 1, whole: false },
  earnedShare: { least: 0, most: 1, whole: false },
  minGainMsat: 'msat',
  stakeMsat: 'msat',
  leaveOut: 'other',
  worthPpm: 'other',
};

/** @throws TypeError where an option is misspelt or of another type, RangeError where a value is out of range. */
export function assertJustInTimeOptions(options: JustInTimeOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(OPTIONS, name)) {
      throw new TypeError(
        `justInTime has no option "${name}"; there are ${Object.keys(OPTIONS).join(', ')}`,
      );
    }
    const rule = OPTIONS[name as keyof JustInTimeOptions];
    if (value === undefined || rule === 'other') continue;
    if (rule === 'msat') assertMsat(name, value);
    else assertNumber(name, value, rule);
  }
  const { leaveOut, worthPpm } = options;
  for (const channel of leaveOut ?? []) {
    if (tryParseChannelId(channel) !== undefined) continue;
    throw new RangeError(
      `leaveOut: "${channel}" is no channel id; give it in decimal or as block x transaction x output`,
    );
  }
  if (worthPpm !== undefined && typeof worthPpm !== 'function') {
    throw new TypeError('worthPpm must be a function from a channel id to a number');
  }
}

function assertMsat(name: string, value: unknown): void {
  if (typeof value === 'bigint' && value >= 0n) return;
  throw new (typeof value === 'bigint' ? RangeError : TypeError)(
    `${name} must be a bigint of millisatoshis, 0n or more, but is ${String(value)}`,
  );
}

function assertNumber(
  name: string,
  value: unknown,
  range: { readonly least: number; readonly most: number; readonly whole: boolean },
): void {
  const { least, most, whole } = range;
  const fits = typeof value === 'number' && value >= least && value <= most;
  if (fits && (!whole || Number.isInteger(value))) return;
  const what = whole ? 'a whole number' : 'a number';
  throw new RangeError(`${name} must be ${what} from ${least} to ${most}, but is ${String(value)}`);
}
