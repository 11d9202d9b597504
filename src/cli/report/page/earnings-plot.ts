/** Cost against earnings, each added up over time. */
import type { Entry, Statement } from '../../../accounts/statement.ts';
import { signedSat } from '../../render/statement.ts';
import { Frame, picture, type Size } from './frame.ts';
import { html, type Markup, NO_MARKUP } from './markup.ts';
import { amountTicks, timeTicks } from './ticks.ts';

/** Steps of a line; more would not be seen. */
const MOST_STEPS = 240;

interface Line {
  readonly name: 'cost' | 'earned';
  /** Rising by date, in sat, from `fromMs` to `toMs`. */
  readonly points: readonly Point[];
}

interface Point {
  readonly atMs: number;
  readonly sat: number;
}

export function earningsPlot({ request, costs, earnings, totals }: Statement): Markup {
  const lines: Line[] = [{ name: 'cost', points: added(costs, request) }];
  if (earnings !== null) lines.push({ name: 'earned', points: added(earnings, request) });
  const paid = `${signedSat(totals.feeMsat)} sat were paid`;
  const description =
    totals.earnedMsat === null
      ? `In all ${paid}; what was earned is not known.`
      : `In all ${paid}, and ${signedSat(totals.earnedMsat)} sat were earned since.`;
  const drawn = (shown: 'wide' | 'narrow', size: Size): Markup => {
    const sats = lines.flatMap(({ points }) => points.map(({ sat }) => sat));
    const frame = new Frame({
      ...request,
      size,
      amounts: amountTicks({ low: Math.min(...sats), high: Math.max(...sats), most: 5 }),
      times: timeTicks({ ...request, most: shown === 'wide' ? 8 : 5 }),
    });
    const title = 'Cost against earnings, added up, sat';
    return picture({ id: `earnings-${shown}`, size, title, description, shown }, [
      frame.axes(),
      ...lines.map(({ name, points }) => stepLine(frame, name, points)),
    ]);
  };
  return html`<figure id="earnings"><p class="legend"><span class="key cost"></span>paid${earnings === null ? NO_MARKUP : html` <span class="key earned"></span>earned since`} <span class="unit">sat, added up</span></p>${drawn('wide', { width: 860, height: 300 })}${drawn('narrow', { width: 320, height: 220 })}</figure>`;
}

function stepLine(frame: Frame, name: string, points: readonly Point[]): Markup {
  const [first, ...rest] = points;
  if (first === undefined) return NO_MARKUP;
  const steps = rest.map(({ atMs, sat }) => `H${frame.x(atMs)}V${frame.y(sat)}`);
  return html`<path class="mark line ${name}" d="M${frame.x(first.atMs)} ${frame.y(first.sat)}${steps.join('')}"/>`;
}

/** Entries of the same step are taken together. */
function added(
  entries: readonly Entry[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): readonly Point[] {
  const stepMs = (toMs - fromMs) / MOST_STEPS;
  const points: Point[] = [{ atMs: fromMs, sat: 0 }];
  let [sumMsat, lastStep] = [0n, -1];
  for (const { atMs, feeMsat } of entries) {
    sumMsat += feeMsat;
    const step = Math.floor((atMs - fromMs) / stepMs);
    const point = { atMs: lastStep === step ? points.at(-1)!.atMs : atMs, sat: satOf(sumMsat) };
    if (lastStep === step) points.pop();
    points.push(point);
    lastStep = step;
  }
  return [...points, { atMs: toMs, sat: satOf(sumMsat) }];
}

const satOf = (msat: bigint): number => Number(msat) / 1000;
