/** The page as a browser shows it. Needs Debian's package `chromium`, which `.ci/run` installs where it may. */
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grouped } from '../../../../src/cli/render/figures.ts';
import { toJson } from '../../../../src/cli/render/json.ts';
import { formatReport } from '../../../../src/cli/report/answer.ts';
import { reportPage } from '../../../../src/cli/report/page/page.ts';
import { dataOf, HOSTILE_ALIASES, reportWorld } from '../report-world.ts';

const executablePath = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin']
  .map((folder) => join(folder, 'chromium'))
  .find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
if (executablePath === undefined) {
  process.stdout.write('skipped: the page is not opened in a browser (apt-get install chromium)\n');
}

const ALIASES = ['ACINQ', 'Kraken 🐙⚡', 'bfx-lnd0', ...HOSTILE_ALIASES];
const WIDTHS = [360, 768, 1280] as const;

describe.skipIf(executablePath === undefined)('in Chromium the page of a report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-page-'));
  const data = dataOf(reportWorld({ aliases: ALIASES }));
  const totals = JSON.parse(toJson(formatReport(data))).totals;
  let browser: Browser;

  beforeAll(async () => {
    writeFileSync(join(folder, 'report.html'), reportPage(data));
    // Containers have no namespaces of their own for its sandbox, and what it opens is ours.
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(
    options: { width?: number; colorScheme?: 'light' | 'dark' } = {},
  ): Promise<{ page: Page; said: string[]; requests: string[] }> {
    const { width = 1280, colorScheme = 'light' } = options;
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    const [said, requests]: [string[], string[]] = [[], []];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('dialog', (dialog) => {
      said.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    return { page, said, requests };
  }

  it('asks for nothing but itself, and has nothing to complain of', async () => {
    const { page, said, requests } = await opened();
    expect(requests).toEqual([pathToFileURL(join(folder, 'report.html')).href]);
    expect(said).toEqual([]);
    const refused: (string | undefined)[] = [];
    page.on('requestfailed', (request) => refused.push(request.failure()?.errorText));
    // The policy is in force: what might get into the page would not run.
    await page.evaluate(
      `document.body.insertAdjacentHTML('beforeend', '<img src="x.png" onerror="alert(1)">')`,
    );
    await expect.poll(() => said.join('\n')).toMatch(/Content Security Policy/);
    expect(refused).toEqual(['csp']);
    await page.close();
  }, 60_000);

  it('shows the marks of every plot, and the totals that JSON has', async () => {
    const { page } = await opened();
    const seen = (selector: string) => page.locator(`${selector}:visible`).count();
    expect(await seen('#earnings svg')).toBe(1);
    expect(await seen('#earnings path.mark')).toBe(2);
    expect(await page.locator('path.mark.balance').count()).toBe(ALIASES.length);
    const days = new Set(
      data.statement.attempts
        .filter(({ end }) => end === 'settled')
        .map(({ atMs }) => Math.floor(atMs / 86_400_000)),
    );
    expect(await seen('#attempts rect.mark.settled')).toBe(days.size);
    const shown = await page.locator('#totals').innerText();
    const sat = (msat: string): string => {
      const [, sign, whole, rest] = /^(-?)(\d*?)(\d{3})$/.exec(msat.padStart(4, '0'))!;
      return `${sign}${grouped(BigInt(whole || '0'))}${rest === '000' ? '' : `.${rest}`} sat`;
    };
    for (const name of ['movedMsat', 'feeMsat', 'earnedMsat', 'netMsat']) {
      expect(shown).toContain(sat(totals[name]));
    }
    expect(shown).toContain(`${grouped(totals.attempts)}\n`);
    await page.close();
  }, 60_000);

  it.each(WIDTHS)(
    'overflows nowhere at %i pixels, and no labels of an axis meet',
    async (width) => {
      const { page } = await opened({ width });
      await page.evaluate(
        `document.querySelectorAll('details').forEach((one) => { one.open = true; })`,
      );
      const overflow = await page.evaluate(`(() => {
      const width = document.documentElement.clientWidth;
      const beyond = [...document.querySelectorAll('main *:not(.scroll *)')].filter((one) => {
        const box = one.getBoundingClientRect();
        return box.width > 0 && (box.right > width + 1 || box.left < -1);
      });
      return {
        page: document.documentElement.scrollWidth - innerWidth,
        beyond: beyond.map((one) => one.outerHTML.slice(0, 80)),
      };
    })()`);
      expect(overflow).toEqual({ page: 0, beyond: [] });
      const meeting = await page.evaluate(`(() => {
      const meeting = [];
      for (const svg of document.querySelectorAll('svg')) {
        const texts = [...svg.querySelectorAll('text')].map((text) => [
          text.textContent,
          text.getBoundingClientRect(),
        ]).filter(([, box]) => box.width > 0);
        const frame = svg.getBoundingClientRect();
        texts.forEach(([name, box], i) => {
          if (box.left < frame.left - 1 || box.right > frame.right + 1) meeting.push(name + ' is cut');
          for (const [other, its] of texts.slice(i + 1)) {
            const apart = box.right < its.left || its.right < box.left ||
              box.bottom - 3 < its.top || its.bottom - 3 < box.top;
            if (!apart) meeting.push(name + ' meets ' + other);
          }
        });
      }
      return meeting;
    })()`);
      expect(meeting).toEqual([]);
      const smallest = await page.evaluate(`Math.min(...[...document.querySelectorAll('svg text')]
      .map((text) => text.getBoundingClientRect().height).filter((height) => height > 0))`);
      expect(smallest).toBeGreaterThan(10);
      const shot = await page.screenshot({ path: join(folder, `${width}.png`), fullPage: true });
      expect(shot.length).toBeGreaterThan(20_000);
      await page.close();
    },
    30_000,
  );

  it('is light or dark as the reader likes, with text that stands out', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await opened({ colorScheme });
      const contrasts = (await page.evaluate(`(() => {
        const light = (colour) => {
          const [r, g, b] = colour.match(/[0-9.]+/g).slice(0, 3).map((part) => {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
        const style = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
        const ground = style('body', 'backgroundColor');
        return {
          text: ratio(style('body', 'color'), ground),
          faint: ratio(style('.unit', 'color'), ground),
          panel: ratio(style('dt', 'color'), style('dl div', 'backgroundColor')),
          cost: ratio(style('.mark.cost', 'stroke'), ground),
          earned: ratio(style('.mark.earned', 'stroke'), ground),
          ground: light(ground),
        };
      })()`)) as Record<'text' | 'faint' | 'panel' | 'cost' | 'earned' | 'ground', number>;
      expect(contrasts.ground > 0.5).toBe(colorScheme === 'light');
      // WCAG 2.2: 4.5 for text, 3 for what a plot is made of.
      for (const name of ['text', 'faint', 'panel'] as const) {
        expect(contrasts[name]).toBeGreaterThan(4.5);
      }
      for (const name of ['cost', 'earned'] as const) {
        expect(contrasts[name]).toBeGreaterThan(3);
      }
      await page.close();
    }
  }, 60_000);

  it('tells those who do not see what each plot shows', async () => {
    const { page } = await opened();
    const images = page.getByRole('img');
    expect(await images.count()).toBe(2 + ALIASES.length);
    const named = (await page.evaluate(`[...document.querySelectorAll('svg')].map((one) =>
      one.getAttribute('aria-labelledby').split(' ')
        .map((id) => document.getElementById(id).textContent).join(': '))`)) as string[];
    expect(named).toHaveLength(4 + ALIASES.length);
    for (const text of named) expect(text).toMatch(/^[A-Z].+: .*\d.*\.$/);
    const ids = await page.evaluate(`[...document.querySelectorAll('[id]')].map(({ id }) => id)`);
    expect(new Set(ids as string[]).size).toBe((ids as string[]).length);
    await page.close();
  }, 60_000);
});
