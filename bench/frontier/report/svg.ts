/** The frontiers as a drawing: attempts per success against fee, one panel for each truth and belief. */
import type { Point } from '../metrics/point.ts';
import { logScale, type Scale } from './scale.ts';

export interface Panel {
  readonly title: string;
  readonly points: readonly Point[];
}

const PANEL = { width: 440, height: 320, left: 56, right: 16, top: 34, bottom: 44 };
const LEGEND_HEIGHT = 40;
const HEAD_HEIGHT = 30;
/** Told apart by colour-blind eyes too (Okabe and Ito). */
const COLOURS = ['#d55e00', '#0072b2', '#56b4e9', '#009e73', '#cc79a7', '#999999', '#000000'];

/** The same text for the same points. */
export function frontierSvg(head: string, panels: readonly Panel[], columns: number): string {
  const arms = [...new Set(panels.flatMap(({ points }) => points.map(({ arm }) => arm)))];
  const colour = (arm: string): string => COLOURS[arms.indexOf(arm) % COLOURS.length]!;
  const rows = Math.ceil(panels.length / columns);
  const [width, below] = [columns * PANEL.width, HEAD_HEIGHT + rows * PANEL.height];
  const height = below + LEGEND_HEIGHT;
  const drawn = panels.map((panel, i) => {
    const x = (i % columns) * PANEL.width;
    const y = HEAD_HEIGHT + Math.floor(i / columns) * PANEL.height;
    return `<g transform="translate(${x} ${y})">\n${drawPanel(panel, arms, colour)}\n</g>`;
  });
  const legend = arms.map((arm, i) => {
    const x = PANEL.left + i * ((width - PANEL.left) / Math.max(1, arms.length));
    return (
      `<circle cx="${round(x)}" cy="${below + 16}" r="4" fill="${colour(arm)}"/>` +
      text({ x: x + 9, y: below + 20, content: arm })
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text({ x: PANEL.left, y: 20, content: head, size: 13 }),
    ...drawn,
    ...legend,
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel(
  { title, points }: Panel,
  arms: readonly string[],
  colour: (arm: string) => string,
): string {
  const shown = points.flatMap((point) => {
    const [fee, attempts] = [point.feePpm.value, point.attemptsPerSuccess.value];
    return fee === null || attempts === null || fee <= 0 ? [] : [{ ...point, fee, attempts }];
  });
  const fees = logScale(shown.map(({ fee }) => fee));
  const attempts = logScale(shown.map((point) => point.attempts));
  const [width, height] = [
    PANEL.width - PANEL.left - PANEL.right,
    PANEL.height - PANEL.top - PANEL.bottom,
  ];
  const x = (fee: number): number => PANEL.left + fees.at(fee) * width;
  const y = (count: number): number => PANEL.top + (1 - attempts.at(count)) * height;
  const lines = arms.flatMap((arm) => {
    const own = shown.filter((point) => point.arm === arm);
    if (own.length === 0) return [];
    const ordered = own.toSorted((a, b) => a.weight - b.weight);
    const places = ordered.map((point) => `${round(x(point.fee))},${round(y(point.attempts))}`);
    const marks = ordered.map(
      (point, i) =>
        `<circle cx="${places[i]!.replace(',', '" cy="')}" r="3" fill="${colour(arm)}">` +
        `<title>${escaped(`${arm}, weight ${point.weight}`)}</title></circle>`,
    );
    const line = `<polyline points="${places.join(' ')}" fill="none" stroke="${colour(arm)}"/>`;
    return [line, ...marks];
  });
  return [
    text({ x: PANEL.left, y: PANEL.top - 10, content: title, size: 12 }),
    `<rect x="${PANEL.left}" y="${PANEL.top}" width="${width}" height="${height}" fill="none" stroke="#888888"/>`,
    ...axis(fees, { x, y: () => PANEL.top + height + 14, anchor: 'middle' }),
    ...axis(attempts, { x: () => PANEL.left - 5, y: (tick) => y(tick) + 4, anchor: 'end' }),
    text({
      x: PANEL.left + width / 2,
      y: PANEL.height - 12,
      content: 'fee, ppm, on tasks that all solved',
      anchor: 'middle',
    }),
    `<g transform="translate(14 ${PANEL.top + height / 2}) rotate(-90)">${text({ x: 0, y: 0, content: 'attempts per success', anchor: 'middle' })}</g>`,
    ...lines,
  ].join('\n');
}

type Anchor = 'start' | 'middle' | 'end';

function axis(
  { ticks }: Scale,
  place: { x: (tick: number) => number; y: (tick: number) => number; anchor: Anchor },
): string[] {
  return ticks.map((tick) =>
    text({ x: place.x(tick), y: place.y(tick), content: String(tick), anchor: place.anchor }),
  );
}

function text(label: {
  x: number;
  y: number;
  content: string;
  anchor?: Anchor;
  size?: number;
}): string {
  const anchor = label.anchor === undefined ? '' : ` text-anchor="${label.anchor}"`;
  const size = label.size === undefined ? '' : ` font-size="${label.size}"`;
  return `<text x="${round(label.x)}" y="${round(label.y)}"${anchor}${size}>${escaped(label.content)}</text>`;
}

/** Tenths, so that the text does not depend on the last digits of a logarithm. */
const round = (value: number): string => String(Math.round(value * 10) / 10);

const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
