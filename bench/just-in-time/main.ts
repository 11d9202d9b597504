/**
 * `node bench/just-in-time/main.ts`: what rebalancing while a forward waits saves, over simulated days of a mainnet-shaped
 * network. Options: `--seeds N`, `--seed S` (the first), `--hours H`.
 */
import { parseArgs } from 'node:util';
import { type DayResult, runDay } from './run-day.ts';

const HOUR_MS = 3_600_000;
const SIZE = { nodes: 100, paymentsPerDay: 20_000 };
const WARM_UP_MS = 12 * HOUR_MS;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    hours: { type: 'string', default: '24' },
  },
});
const whole = (name: 'seeds' | 'seed' | 'hours'): number => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`--${name} must be a whole number above 0, not ${values[name]}`);
};
const [seeds, first, hours] = [whole('seeds'), whole('seed'), whole('hours')];
const write = (text: string): boolean => process.stdout.write(`${text}\n`);
const sat = (msat: bigint): string => (Number(msat) / 1000).toFixed(0);

write(
  `${SIZE.nodes} nodes, about ${SIZE.paymentsPerDay} payments a day, ${hours} h after ${WARM_UP_MS / HOUR_MS} h of warm-up; amounts in sat`,
);
write(
  'seed  short without  short with  held  saved  lost  share  earned by saved  cost  longest hold  net without  net with',
);
const all: { readonly without: DayResult; readonly with: DayResult }[] = [];
for (let seed = first; seed < first + seeds; seed++) {
  const terms = { seed, size: SIZE, warmUpMs: WARM_UP_MS, lengthMs: hours * HOUR_MS };
  const without = await runDay({ ...terms, justInTime: false });
  const result = { without, with: await runDay({ ...terms, justInTime: true }) };
  all.push(result);
  write(line(String(seed), [result]));
}
write(line('all', all));
const better = all.filter((day) => netMsat(day.with) > netMsat(day.without)).length;
write(`net revenue is higher with it on ${better} of ${seeds} seeds`);

function line(name: string, days: typeof all): string {
  const sum = (of: (day: (typeof all)[number]) => number): number =>
    days.reduce((total, day) => total + of(day), 0);
  const sumMsat = (of: (day: (typeof all)[number]) => bigint): bigint =>
    days.reduce((total, day) => total + of(day), 0n);
  const saved = sum((day) => day.with.figures.saved);
  const short = sum((day) => day.with.short);
  const share = saved + short === 0 ? 'none' : `${((100 * saved) / (saved + short)).toFixed(1)} %`;
  const longestMs = Math.max(...days.map((day) => day.with.figures.longestHoldMs));
  const cells: [string, number][] = [
    [name, 4],
    [String(sum((day) => day.without.short)), 13],
    [String(short), 10],
    [String(sum((day) => day.with.figures.held)), 4],
    [String(saved), 5],
    [String(sum((day) => day.with.figures.lost)), 4],
    [share, 5],
    [sat(sumMsat((day) => day.with.figures.earnedMsat)), 15],
    [sat(sumMsat((day) => day.with.figures.spentMsat)), 4],
    [`${(longestMs / 1000).toFixed(1)} s`, 12],
    [sat(sumMsat((day) => netMsat(day.without))), 11],
    [sat(sumMsat((day) => netMsat(day.with))), 8],
  ];
  return cells.map(([text, width]) => text.padStart(width)).join('  ');
}

function netMsat({ earnedMsat, figures }: DayResult): bigint {
  return earnedMsat - figures.spentMsat;
}
