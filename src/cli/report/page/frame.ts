/** The frame that the marks of a plot stand in: axes with their marks, and where a value lies. */
import { html, type Markup } from './markup.ts';
import type { Tick } from './ticks.ts';

/** In CSS pixels, as wide as it is shown: text in it has the size of text around it. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

interface FrameTerms {
  readonly size: Size;
  readonly fromMs: number;
  readonly toMs: number;
  /** Ascending, two at least; the first and the last are the ends of the axis. */
  readonly amounts: readonly Tick[];
  readonly times: readonly Tick[];
}

/** Width of a character of an axis, at most. */
const CHARACTER = 7;
const TOP = 10;
const RIGHT = 14;
const BOTTOM = 24;

export class Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number = TOP;
  readonly bottom: number;
  readonly #terms: FrameTerms;

  constructor(terms: FrameTerms) {
    this.#terms = terms;
    const longest = Math.max(...terms.amounts.map(({ label }) => label.length));
    this.left = 10 + CHARACTER * longest;
    this.right = terms.size.width - RIGHT;
    this.bottom = terms.size.height - BOTTOM;
  }

  x(atMs: number): number {
    const { fromMs, toMs } = this.#terms;
    const share = toMs > fromMs ? (atMs - fromMs) / (toMs - fromMs) : 0;
    return round(this.left + share * (this.right - this.left));
  }

  y(amount: number): number {
    const { amounts } = this.#terms;
    const [low, high] = [amounts[0]!.at, amounts.at(-1)!.at];
    return round(this.bottom - ((amount - low) / (high - low)) * (this.bottom - this.top));
  }

  axes(): Markup {
    const { amounts, times } = this.#terms;
    return html`<g class="axes">${amounts.map((tick) => this.#amount(tick))}${this.#apart(times).map((tick) => this.#time(tick))}</g>`;
  }

  #amount({ at, label }: Tick): Markup {
    const y = this.y(at);
    return html`<line x1="${this.left}" x2="${this.right}" y1="${y}" y2="${y}"${at === 0 ? ZERO : GRID}/><text x="${this.left - 6}" y="${y + 4}" text-anchor="end">${label}</text>`;
  }

  #time({ at, label }: Tick): Markup {
    const x = this.x(at);
    return html`<line x1="${x}" x2="${x}" y1="${this.bottom}" y2="${this.bottom + 4}"${ZERO}/><text x="${this.#within(x, label)}" y="${this.bottom + 18}" text-anchor="middle">${label}</text>`;
  }

  /** So that a label in the middle of its mark stays in the picture. */
  #within(x: number, label: string): number {
    const half = (CHARACTER * label.length) / 2;
    return round(Math.min(Math.max(x, half), this.#terms.size.width - half));
  }

  /** Without those that would run into the one before. */
  #apart(times: readonly Tick[]): readonly Tick[] {
    let free = Number.NEGATIVE_INFINITY;
    return times.filter(({ at, label }) => {
      const half = (CHARACTER * label.length) / 2;
      const middle = this.#within(this.x(at), label);
      if (middle - half < free) return false;
      free = middle + half + CHARACTER;
      return true;
    });
  }
}

const ZERO: Markup = html` class="zero"`;
const GRID: Markup = html` class="grid"`;

const round = (value: number): number => Math.round(10 * value) / 10;

/** A picture with its title and description for those who do not see it. */
export function picture(
  terms: {
    readonly id: string;
    readonly size: Size;
    readonly title: string;
    readonly description: string;
    /** Shown where the page is this wide; always, where not given. */
    readonly shown?: 'wide' | 'narrow';
  },
  content: readonly Markup[],
): Markup {
  const { id, size, title, description, shown = 'always' } = terms;
  return html`<svg class="${shown}" role="img" viewBox="0 0 ${size.width} ${size.height}" aria-labelledby="${id}-title ${id}-desc"><title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>${content}</svg>`;
}
