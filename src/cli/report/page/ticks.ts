/** Where the marks of an axis stand, and what they say. */
import { DAY_MS, HOUR_MS } from '../../../units/time.ts';

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Of amounts from 0, or from below it: at most `most` steps of 1, 2 or 5 times a power of ten. The last is not below `high`. */
export function amountTicks(options: {
  readonly low?: number;
  readonly high: number;
  readonly most: number;
  /** Counts have no fractions. */
  readonly whole?: boolean;
}): readonly Tick[] {
  const { low = 0, high, most, whole = false } = options;
  const span = Math.max(high, 0) - Math.min(low, 0);
  const step = niceStep(span > 0 ? Math.max(span, LEAST) : 1, most, whole);
  const first = Math.floor(Math.min(low, 0) / step);
  const top = span > 0 ? Math.max(high, 0) : 1;
  const last = Math.max(Math.ceil(top / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const at = (first + i) * step;
    return { at, label: compact(at, step) };
  });
}

/** A millisatoshi, where amounts are in sat. */
const LEAST = 0.001;

function niceStep(span: number, most: number, whole: boolean): number {
  let power = 10 ** Math.floor(Math.log10(span / most));
  if (whole) power = Math.max(1, power);
  for (;;) {
    for (const factor of [1, 2, 5]) {
      // Room for ends that fall between steps on either side.
      const step = factor * power;
      if (Math.ceil(span / step) <= most) return step;
    }
    power *= 10;
  }
}

const UNITS = [
  { size: 1e9, name: 'G' },
  { size: 1e6, name: 'M' },
  { size: 1e3, name: 'k' },
] as const;

/** `250 k`, `1.5 M`: with as many digits as the step between marks needs. */
function compact(value: number, step: number): string {
  const unit = UNITS.find(({ size }) => Math.abs(value) >= size);
  const scaled = value / (unit?.size ?? 1);
  const digits = Math.max(0, Math.ceil(-Math.log10(step / (unit?.size ?? 1)) - 1e-9));
  const text = scaled.toLocaleString('en-US', { maximumFractionDigits: digits });
  return (unit === undefined ? text : `${text} ${unit.name}`).replace('-', '\u2212');
}

const HOUR_STEPS = [1, 3, 6, 12];
const DAY_STEPS = [1, 2, 7, 14];
const MONTH_STEPS = [1, 3, 6, 12, 24, 60, 120];

/** Of a time in UTC: at most `most` marks at full hours, days or months. */
export function timeTicks(options: {
  readonly fromMs: number;
  readonly toMs: number;
  readonly most: number;
}): readonly Tick[] {
  const { fromMs, toMs, most } = options;
  for (const hours of HOUR_STEPS) {
    const ticks = everyMs(options, hours * HOUR_MS, 0);
    if (ticks.length <= most) return ticks.map((at) => ({ at, label: hourLabel(at) }));
  }
  for (const days of DAY_STEPS) {
    // Weeks begin on Monday; the epoch was a Thursday.
    const ticks = everyMs(options, days * DAY_MS, days >= 7 ? 4 * DAY_MS : 0);
    if (ticks.length <= most) return ticks.map((at) => ({ at, label: dayLabel(at) }));
  }
  for (const months of MONTH_STEPS) {
    const ticks = everyMonth({ fromMs, toMs }, months);
    if (ticks.length <= most) return ticks.map((at) => ({ at, label: monthLabel(at) }));
  }
  return [];
}

function everyMs(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  stepMs: number,
  offsetMs: number,
): number[] {
  const first = Math.ceil((fromMs - offsetMs) / stepMs);
  const last = Math.floor((toMs - offsetMs) / stepMs);
  // Nobody marks so many.
  if (last - first > 1000) return Array.from({ length: 1001 }, () => fromMs);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    return (first + i) * stepMs + offsetMs;
  });
}

function everyMonth(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  step: number,
): number[] {
  const from = new Date(fromMs);
  const ticks: number[] = [];
  for (let month = 0; ; month++) {
    const date = Date.UTC(from.getUTCFullYear(), month);
    if (date > toMs) return ticks;
    const index = 12 * new Date(date).getUTCFullYear() + new Date(date).getUTCMonth();
    if (date >= fromMs && index % step === 0) ticks.push(date);
  }
}

const named = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options });
const DAY = named({ day: 'numeric', month: 'short' });
const MONTH = named({ month: 'short', year: 'numeric' });

const dayLabel = (atMs: number): string => DAY.format(atMs);
const monthLabel = (atMs: number): string => MONTH.format(atMs);
const hourLabel = (atMs: number): string =>
  atMs % DAY_MS === 0 ? dayLabel(atMs) : new Date(atMs).toISOString().slice(11, 16);
