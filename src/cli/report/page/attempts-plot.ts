/** Attempts over time: how many settled, and how many did not. */
import type { PastAttempt } from '../../../accounts/attempt-history.ts';
import { type Period, type PeriodLength, periodsBetween } from '../../../accounts/calendar.ts';
import type { Statement } from '../../../accounts/statement.ts';
import { grouped } from '../../render/figures.ts';
import { percent } from '../../render/statement.ts';
import { Frame, picture, type Size } from './frame.ts';
import { html, type Markup, NO_MARKUP } from './markup.ts';
import { lengthFor } from './period-length.ts';
import { amountTicks, timeTicks } from './ticks.ts';

export interface AttemptsPlot {
  /** Of a day, a week or a month each, so that the bars can be told apart. */
  readonly length: PeriodLength;
  readonly figure: Markup;
  readonly table: Markup;
}

interface Bar extends Period {
  readonly settled: number;
  readonly others: number;
}

export function attemptsPlot({ request, attempts }: Statement): AttemptsPlot {
  const length = lengthFor(request);
  const bars = barsOf(attempts, periodsBetween(request, length));
  const range = { fromMs: bars[0]!.fromMs, toMs: bars.at(-1)!.toMs };
  const settled = attempts.filter(({ end }) => end === 'settled').length;
  const all = bars.reduce((sum, bar) => sum + bar.settled + bar.others, 0);
  const drawn = (shown: 'wide' | 'narrow', size: Size): Markup => {
    const frame = new Frame({
      ...range,
      size,
      amounts: amountTicks({
        high: Math.max(...bars.map((bar) => bar.settled + bar.others)),
        most: 4,
        whole: true,
      }),
      times: timeTicks({ ...range, most: shown === 'wide' ? 8 : 5 }),
    });
    const title = `Attempts for each ${length}`;
    const description = `${grouped(settled)} of ${grouped(all)} attempts settled.`;
    return picture({ id: `attempts-${shown}`, size, title, description, shown }, [
      frame.axes(),
      ...bars.map((bar) => barMarks(frame, bar)),
    ]);
  };
  return {
    length,
    figure: html`<figure id="attempts"><p class="legend"><span class="key settled"></span>settled <span class="key others"></span>not settled <span class="unit">attempts</span></p>${drawn('wide', { width: 860, height: 240 })}${drawn('narrow', { width: 320, height: 200 })}</figure>`,
    table: barsTable(bars, length),
  };
}

function barsOf(attempts: readonly PastAttempt[], periods: readonly Period[]): readonly Bar[] {
  const bars = periods.map((period) => ({ ...period, settled: 0, others: 0 }));
  let i = 0;
  for (const { atMs, end } of attempts) {
    if (end === 'probe') continue;
    while (bars[i]!.toMs <= atMs) i++;
    if (end === 'settled') bars[i]!.settled++;
    else bars[i]!.others++;
  }
  return bars;
}

function barMarks(frame: Frame, bar: Bar): Markup {
  const { label, settled, others } = bar;
  const [left, right] = [frame.x(bar.fromMs), frame.x(bar.toMs)];
  const gap = Math.min(4, (right - left) / 5);
  const part = (name: string, from: number, to: number): Markup => {
    if (from === to) return NO_MARKUP;
    const [top, height] = [frame.y(to), frame.y(from) - frame.y(to)];
    return html`<rect class="mark ${name}" x="${tenth(left + gap / 2)}" width="${tenth(right - left - gap)}" y="${top}" height="${tenth(height)}"><title>${label}: ${settled} settled, ${others} not</title></rect>`;
  };
  return html`${part('settled', 0, settled)}${part('others', settled, settled + others)}`;
}

const tenth = (value: number): number => Math.round(10 * value) / 10;

function barsTable(bars: readonly Bar[], length: PeriodLength): Markup {
  const rows = bars
    .filter(({ settled, others }) => settled + others > 0)
    .map(({ label, settled, others }) => {
      const rate = percent(settled / (settled + others));
      return html`<tr><th scope="row">${label}</th><td>${grouped(settled + others)}</td><td>${grouped(settled)}</td><td>${rate}</td></tr>`;
    });
  return html`<table><thead><tr><th scope="col">${length === 'week' ? 'week of' : length}</th><th scope="col">attempts</th><th scope="col">settled</th><th scope="col">success</th></tr></thead><tbody>${rows}</tbody></table>`;
}
