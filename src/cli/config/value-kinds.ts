/** The kinds of values in a configuration: what is allowed, in words, and how it is read. */

export interface ValueKind<T> {
  /** Completes "it must be …". */
  readonly what: string;
  /** `undefined` where the value is none of this kind. */
  readonly read: (value: unknown) => T | undefined;
}

/** More than all the satoshis that there will ever be. */
const MOST_SAT = 2_100_000_000_000_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const SPAN = /^([0-9]{1,9})([smhd])$/;

const grouped = (value: number): string => value.toLocaleString('en-US');

export const text = (what: string): ValueKind<string> => ({
  what,
  read: (value) => (typeof value === 'string' && value.trim() !== '' ? value : undefined),
});

export const flag: ValueKind<boolean> = {
  what: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
};

export const choice = <T extends string>(...values: readonly T[]): ValueKind<T> => ({
  what: values
    .map((value) => `"${value}"`)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1'),
  read: (value) => values.find((one) => one === value),
});

export const whole = (least: number, most: number): ValueKind<number> => ({
  what: `a whole number from ${grouped(least)} to ${grouped(most)}`,
  read: (value) => (Number.isInteger(value) && isWithin(value, least, most) ? value : undefined),
});

/** A part of one. */
export const share: ValueKind<number> = {
  what: 'a number from 0 to 1',
  read: (value) => (isWithin(value, 0, 1) ? value : undefined),
};

/** The same, and something. */
export const partOfOne: ValueKind<number> = {
  what: 'a number above 0 and up to 1',
  read: (value) => (value === 0 ? undefined : share.read(value)),
};

export const ppm: ValueKind<number> = {
  what: 'a number from 0 to 1,000,000 (parts per million)',
  read: (value) => (isWithin(value, 0, 1_000_000) ? value : undefined),
};

/** In msat. */
export const sats = (least: number, most: number = MOST_SAT): ValueKind<bigint> => ({
  what: `a whole number of satoshis from ${grouped(least)} to ${grouped(most)}`,
  read: (value) =>
    Number.isInteger(value) && isWithin(value, least, most) ? BigInt(value) * 1000n : undefined,
});

/** With a fraction if need be, to the whole millisatoshi. */
export const fractionalSats = (most: number): ValueKind<bigint> => ({
  what: `a number of satoshis from 0 to ${grouped(most)}, with three decimals at most`,
  read: (value) => {
    const given = typeof value === 'bigint' ? Number(value) : value;
    if (typeof given !== 'number' || !isWithin(given, 0, most)) return undefined;
    const msat = Math.round(given * 1000);
    return msat / 1000 === given ? BigInt(msat) : undefined;
  },
});

/** In milliseconds. Both ends are given as they are written. */
export const span = (least: string, most: string): ValueKind<number> => ({
  what: `a time from "${least}" to "${most}": a whole number and a unit, s, m, h or d`,
  read: (value) => {
    const ms = spanMs(value);
    return isWithin(ms, spanMs(least)!, spanMs(most)!) ? ms : undefined;
  },
});

/** One name, or a list of them. */
export const names: ValueKind<readonly string[]> = {
  what: 'a name in quotes, or a list of such: channel ids, node ids, aliases or tags',
  read: (value) => listOf(typeof value === 'string' ? [value] : value, isName),
};

export const list = <T>(
  what: string,
  item: ValueKind<T>,
  { most }: { readonly most: number },
): ValueKind<readonly T[]> => ({
  what,
  read: (value) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > most) return undefined;
    const read = value.map(item.read);
    return read.every((one) => one !== undefined) ? (read as T[]) : undefined;
  },
});

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

export const hostAndPort: ValueKind<HostAndPort> = {
  what: 'an address with a port, such as "127.0.0.1:9464"',
  read: (value) => {
    if (typeof value !== 'string') return undefined;
    const [, host, port = ''] = /^(\[[0-9a-fA-F:]+\]|[^:\s]+):([0-9]{1,5})$/.exec(value) ?? [];
    if (host === undefined || Number(port) > 65_535) return undefined;
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  },
};

function spanMs(value: unknown): number | undefined {
  const [, count, unit = ''] = (typeof value === 'string' ? SPAN.exec(value) : null) ?? [];
  return count === undefined ? undefined : Number(count) * UNIT_MS[unit]!;
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '';

const listOf = <T>(value: unknown, is: (item: unknown) => item is T): readonly T[] | undefined =>
  Array.isArray(value) && value.every(is) ? value : undefined;

const isWithin = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && value >= least && value <= most;
