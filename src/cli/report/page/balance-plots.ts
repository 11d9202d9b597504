/** How our part of each channel went up and down: one small plot for each. */

import type { BalanceSample, ChannelBalance } from '../../../ports.ts';
import type { ChannelId } from '../../../units/ids.ts';
import { DAY_MS } from '../../../units/time.ts';
import { grouped, satFromMsat } from '../../render/figures.ts';
import { moment } from '../../render/statement.ts';
import { Frame, picture, type Size } from './frame.ts';
import { html, type Markup } from './markup.ts';
import { timeTicks } from './ticks.ts';

interface Course {
  readonly last: ChannelBalance;
  readonly lastAtMs: number;
  readonly points: readonly { readonly atMs: number; readonly share: number }[];
}

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Samples that lie farther apart tell nothing of the time between: those of old days are one a day. */
const GAP_MS = 2 * DAY_MS;
/** More would not be seen. */
const MOST_POINTS = 160;
const SIZE: Size = { width: 290, height: 130 };
const SHARES = [0, 0.5, 1].map((at) => ({ at, label: `${100 * at} %` }));

/** The largest channels first. */
export function balancePlots(
  samples: readonly BalanceSample[],
  range: Range,
): { readonly figures: readonly Markup[]; readonly table: Markup } {
  const courses = coursesOf(samples, range);
  return {
    figures: courses.map((course, i) => coursePlot(course, { range, number: i + 1 })),
    table: html`<table><thead><tr><th scope="col">channel</th><th scope="col">capacity, sat</th><th scope="col">first</th><th scope="col">least</th><th scope="col">most</th><th scope="col">last</th><th scope="col">local, sat</th></tr></thead><tbody>${courses.map(courseRow)}</tbody></table>`,
  };
}

function coursesOf(samples: readonly BalanceSample[], { fromMs, toMs }: Range): Course[] {
  const slotMs = (toMs - fromMs) / MOST_POINTS;
  const slotOf = (atMs: number): number => Math.floor((atMs - fromMs) / slotMs);
  const courses = new Map<ChannelId, Course & { points: Course['points'][number][] }>();
  for (const { atMs, channels } of samples) {
    for (const channel of channels) {
      const points = courses.get(channel.channelId)?.points ?? [];
      const before = points.at(-1);
      if (before !== undefined && slotOf(before.atMs) === slotOf(atMs)) points.pop();
      points.push({ atMs, share: shareOf(channel) });
      courses.set(channel.channelId, { last: channel, lastAtMs: atMs, points });
    }
  }
  return [...courses.values()].sort((a, b) =>
    a.last.capacitySat === b.last.capacitySat
      ? Number(BigInt(a.last.channelId) - BigInt(b.last.channelId))
      : Number(b.last.capacitySat - a.last.capacitySat),
  );
}

const shareOf = ({ localMsat, capacitySat }: ChannelBalance): number =>
  capacitySat === 0n ? 0 : Math.min(1, Number(localMsat) / Number(capacitySat * 1000n));

function coursePlot(
  { last, points }: Course,
  { range, number }: { readonly range: Range; readonly number: number },
): Markup {
  const frame = new Frame({
    ...range,
    size: SIZE,
    amounts: SHARES,
    times: timeTicks({ ...range, most: 4 }),
  });
  const title = `Our part of channel ${last.channelId} with ${nameOf(last)}`;
  const shares = points.map(({ share }) => share);
  const description =
    `Between ${whole(Math.min(...shares))} and ${whole(Math.max(...shares))} ` +
    `of ${grouped(last.capacitySat)} sat, ${whole(shares.at(-1)!)} in the end.`;
  return html`<figure class="channel"><figcaption><strong>${nameOf(last)}</strong> <span class="unit">${last.channelId} · ${grouped(last.capacitySat)} sat</span></figcaption>${picture(
    { id: `balance-${number}`, size: SIZE, title, description },
    [frame.axes(), html`<path class="mark line balance" d="${linePath(frame, points, range)}"/>`],
  )}</figure>`;
}

/** With gaps where nothing is known. */
function linePath(frame: Frame, points: Course['points'], { fromMs, toMs }: Range): string {
  // Of each slot only one sample is left here.
  const gapMs = Math.max(GAP_MS, (2 * (toMs - fromMs)) / MOST_POINTS);
  return points
    .map(({ atMs, share }, i) => {
      const before = points[i - 1];
      const isAfterGap = before === undefined || atMs - before.atMs > gapMs;
      const isAlone =
        isAfterGap && !((points[i + 1]?.atMs ?? Number.POSITIVE_INFINITY) - atMs <= gapMs);
      const at = `${frame.x(atMs)} ${frame.y(share)}`;
      // A point of its own shows as a dot: the line has round ends.
      return `${isAfterGap ? 'M' : 'L'}${at}${isAlone ? 'h0' : ''}`;
    })
    .join('');
}

function courseRow({ last, lastAtMs, points }: Course): Markup {
  const shares = points.map(({ share }) => share);
  return html`<tr><th scope="row">${nameOf(last)} <span class="unit">${last.channelId}</span></th><td>${grouped(last.capacitySat)}</td><td>${whole(shares[0]!)}</td><td>${whole(Math.min(...shares))}</td><td>${whole(Math.max(...shares))}</td><td>${whole(shares.at(-1)!)}</td><td title="${moment(lastAtMs)}">${satFromMsat(last.localMsat)}</td></tr>`;
}

const nameOf = ({ peerAlias, peer }: ChannelBalance): string =>
  peerAlias.trim() === '' ? `${peer.slice(0, 10)}…` : peerAlias;

const whole = (share: number): string => `${Math.round(100 * share)} %`;
