import { describe, expect, it } from 'vitest';
import { satFromMsat } from '../../../../src/cli/render/figures.ts';
import { reportPage } from '../../../../src/cli/report/page/page.ts';
import { dataOf, HOSTILE_ALIASES, reportWorld } from '../report-world.ts';

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

describe('the page of a report', () => {
  it('runs nothing and loads nothing, whatever peers call themselves', () => {
    const page = reportPage(dataOf(reportWorld()));
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'`,
    );
    expect(page).not.toMatch(/<(script|img|link|iframe|object|embed|base|form)\b/i);
    expect(page).not.toMatch(/<[^>]*\s(on\w+|src|href|style)=/i);
    expect(page).not.toMatch(/url\(|@import|javascript:/i);
    expect(count(page, /<style>/g)).toBe(1);
    expect(count(page, /<\/style>/g)).toBe(1);
    expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202E]/u);
  });

  it('has a mark for each series, each channel, and each kind of bar', () => {
    const world = reportWorld();
    const page = reportPage(dataOf(world));
    // Of the wide and the narrow picture.
    expect(count(page, /class="mark line cost"/g)).toBe(2);
    expect(count(page, /class="mark line earned"/g)).toBe(2);
    expect(count(page, /class="mark line balance"/g)).toBe(HOSTILE_ALIASES.length);
    const { attempts } = dataOf(world).statement;
    const days = (settled: boolean): number =>
      new Set(
        attempts
          .filter(({ end }) => (end === 'settled') === settled)
          .map(({ atMs }) => Math.floor(atMs / 86_400_000)),
      ).size;
    expect(count(page, /class="mark settled"/g)).toBe(2 * days(true));
    expect(count(page, /class="mark others"/g)).toBe(2 * days(false));
    expect(count(page, /<svg /g)).toBe(count(page, /<desc /g));
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('has the totals, and the plots’ figures in tables', () => {
    const data = dataOf(reportWorld());
    const { totals } = data.statement;
    const page = reportPage(data);
    for (const msat of [totals.movedMsat, totals.feeMsat, totals.earnedMsat!]) {
      expect(page).toContain(`<dd>${satFromMsat(msat)} sat`);
    }
    const table = page.slice(page.indexOf('paid, added up'));
    const lastRow = /<tr>(?:(?!<tr>).)*<\/tr><\/tbody>/.exec(table)![0];
    expect(lastRow).toContain(satFromMsat(totals.feeMsat));
    expect(lastRow).toContain(satFromMsat(totals.earnedMsat!));
  });

  it('leaves gaps where no balances were recorded', () => {
    const page = reportPage(dataOf(reportWorld({ aliases: ['a', 'b'] })));
    const path = /class="mark line balance" d="([^"]+)"/.exec(page)![1]!;
    expect(count(path, /M/g)).toBe(2);
    const year = reportPage(dataOf(reportWorld({ aliases: ['a', 'b'], days: 400 })));
    expect(count(/class="mark line balance" d="([^"]+)"/.exec(year)![1]!, /M/g)).toBe(1);
  });

  it('of nothing is a page all the same', () => {
    const world = reportWorld({ rebalances: 0, forwards: 0 });
    const data = dataOf({ ...world, balances: [] });
    const notes = ['What was earned is not known.'];
    const statement = { ...data.statement, earnings: null };
    const page = reportPage({ ...data, statement, notes });
    expect(page).toContain('Nothing was sent to rebalance.');
    expect(page).toContain('No balances were recorded in this time.');
    expect(page).toContain('<p class="note">What was earned is not known.</p>');
    expect(page).not.toMatch(/NaN|Infinity|undefined|class="mark line earned"/);
  });

  it('stays small for a hundred channels over a year', () => {
    const aliases = Array.from({ length: 100 }, (_, i) => `peer ${i}`);
    const world = reportWorld({ aliases, days: 365, rebalances: 3000, forwards: 3000 });
    expect(reportPage(dataOf(world)).length).toBeLessThan(700_000);
  });
});
