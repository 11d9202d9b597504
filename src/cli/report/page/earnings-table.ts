/** Cost and earnings in figures: of each period, and added up. */
import { type Period, periodsBetween } from '../../../accounts/calendar.ts';
import type { Entry, Statement } from '../../../accounts/statement.ts';
import { signedSat } from '../../render/statement.ts';
import { html, type Markup, NO_MARKUP } from './markup.ts';
import { lengthFor } from './period-length.ts';

/** Periods in which something was paid or earned. */
export function earningsTable({ request, costs, earnings }: Statement): Markup {
  const length = lengthFor(request);
  const paid = new RunningSum(costs);
  const earned = new RunningSum(earnings ?? []);
  const rows = periodsBetween(request, length).flatMap((period) => {
    const before = [paid.msat, earned.msat] as const;
    paid.until(period);
    earned.until(period);
    const [cost, gain] = [paid.msat - before[0], earned.msat - before[1]];
    if (cost === 0n && gain === 0n) return [];
    const gains =
      earnings === null
        ? NO_MARKUP
        : html`<td>${signedSat(gain)}</td><td>${signedSat(earned.msat)}</td>`;
    return [
      html`<tr><th scope="row">${period.label}</th><td>${signedSat(cost)}</td><td>${signedSat(paid.msat)}</td>${gains}</tr>`,
    ];
  });
  const gains =
    earnings === null
      ? NO_MARKUP
      : html`<th scope="col">earned, sat</th><th scope="col">earned, added up</th>`;
  return html`<table><thead><tr><th scope="col">${length === 'week' ? 'week of' : length}</th><th scope="col">paid, sat</th><th scope="col">paid, added up</th>${gains}</tr></thead><tbody>${rows}</tbody></table>`;
}

class RunningSum {
  msat = 0n;
  #next = 0;
  readonly #entries: readonly Entry[];

  /** @param entries by date */
  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  until({ toMs }: Period): void {
    for (; this.#entries[this.#next] !== undefined; this.#next++) {
      const { atMs, feeMsat } = this.#entries[this.#next]!;
      if (atMs >= toMs) return;
      this.msat += feeMsat;
    }
  }
}
