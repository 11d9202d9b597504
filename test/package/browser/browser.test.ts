/** The core in a browser: bundled without any built-in of Node, it loads a graph, finds a circle and shows it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeGraphJson } from '../../../bench/network/describe-graph-json.ts';
import type { NodeId } from '../../../src/index.ts';
import { generateNetwork, type SimulatedNetwork } from '../../../src/sim/index.ts';
import { installedChromium } from '../installed-chromium.ts';
import { type CircleQuestion, findCircle } from './find-circle.ts';

if (installedChromium === undefined) {
  process.stdout.write('skipped: the core is not run in a browser (apt-get install chromium)\n');
}

interface Bundle {
  readonly code: string;
  /** Modules that were looked for in vain, and built-ins of Node: nothing of these runs in a page. */
  readonly foreign: readonly string[];
}

/** One script for a page, of an entry that is a file or, where its text is given, is not. */
async function bundleForBrowser(entry: string, text?: string): Promise<Bundle> {
  const said: string[] = [];
  const bundle = await rolldown({
    input: entry,
    platform: 'browser',
    onLog: (_level, { message }) => said.push(message),
    plugins:
      text === undefined
        ? []
        : [
            {
              name: 'planted',
              resolveId: (id) => (id === entry ? id : null),
              load: (id) => (id === entry ? text : null),
            },
          ],
  });
  const { output } = await bundle.generate({ format: 'iife', name: 'ballast' });
  await bundle.close();
  const [{ code, imports }] = output;
  return {
    code,
    foreign: [...imports, ...said, ...output.slice(1).map(({ fileName }) => fileName)],
  };
}

const OF_NODE =
  /["'`]node:\w+|\bBuffer\b|\bprocess\b(?=[.[])|\brequire\(|\b__dirname\b|\bsetImmediate\b/g;

/** What a script uses that only Node has. Where it asks first whether there is such a thing, it does without. */
function nodeIn(code: string): string[] {
  const lines = code.split('\n').filter((line) => !/typeof process\b/.test(line));
  return lines.flatMap((line) => line.match(OF_NODE) ?? []);
}

/** Two channels of one node with a circle between them. */
async function askable(network: SimulatedNetwork, graph: string): Promise<CircleQuestion> {
  const { channels } = network.description();
  const degree = new Map<NodeId, string[]>();
  for (const { channelId, node1, node2 } of channels) {
    for (const node of [node1, node2]) {
      degree.set(node, [...(degree.get(node) ?? []), channelId]);
    }
  }
  for (const [self, own] of degree) {
    for (const outChannel of own) {
      for (const inChannel of own.filter((id) => id !== outChannel)) {
        const question = { self, outChannel, inChannel, amountMsat: '50000000' };
        const found = await findCircle(graph, question).catch(() => undefined);
        if (found !== undefined && found.hops.length > 3) return question;
      }
    }
  }
  throw new Error('this network has no circle of four hops');
}

describe('bundled for a browser the core', () => {
  let bundle: Bundle;

  beforeAll(async () => {
    bundle = await bundleForBrowser(fileURLToPath(new URL('./page.ts', import.meta.url)));
  });

  it('needs nothing of Node, whatever of it is used', async () => {
    const whole = await bundleForBrowser(
      fileURLToPath(new URL('../../../src/index.ts', import.meta.url)),
    );
    for (const { code, foreign } of [bundle, whole]) {
      expect(foreign).toEqual([]);
      expect(nodeIn(code)).toEqual([]);
    }
    expect(whole.code).toContain('planCircularRoutes');
    expect(whole.code.length).toBeGreaterThan(bundle.code.length);
  });

  it('would be found out if it needed Node', async () => {
    const planted = await bundleForBrowser(
      'planted.js',
      "import { join } from 'node:path'; console.log(join('a', process.cwd()), Buffer.from('a'));",
    );
    expect(planted.foreign).not.toEqual([]);
    expect(nodeIn(planted.code)).toEqual(expect.arrayContaining(['process', 'Buffer']));
  });

  it.skipIf(installedChromium === undefined)(
    'loads a graph, finds the circle that Node finds, and shows it',
    async () => {
      const network = generateNetwork({ nodes: 300, seed: 9 });
      const graph = describeGraphJson(network.description());
      const question = await askable(network, graph);
      const found = await findCircle(graph, question);

      const folder = mkdtempSync(join(tmpdir(), 'ballast-browser-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      writeFileSync(join(folder, 'graph.json.gz'), gzipSync(graph));
      writeFileSync(join(folder, 'page.js'), bundle.code);
      writeFileSync(
        join(folder, 'page.html'),
        `<!doctype html><meta charset="utf-8"><title>A circle</title>
<input type="file" id="graph"><p id="size"></p><ol id="hops"></ol><p id="fee"></p>
<script type="application/json" id="question">${JSON.stringify(question)}</script>
<script src="page.js"></script>`,
      );
      // Containers have no namespaces of their own for its sandbox, and what it opens is ours.
      const browser = await chromium.launch({
        executablePath: installedChromium!,
        args: ['--no-sandbox'],
      });
      onTestFinished(() => browser.close());
      const page = await browser.newPage();
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(error.message));
      await page.goto(pathToFileURL(join(folder, 'page.html')).href);
      await page.setInputFiles('#graph', join(folder, 'graph.json.gz'));
      await page.waitForFunction(`document.getElementById('fee').textContent !== ''`);

      expect(await page.locator('#fee').innerText()).toBe(`${found.feeMsat} msat`);
      expect(await page.locator('#hops li').allInnerTexts()).toEqual(found.hops);
      expect(await page.locator('#size').innerText()).toBe(
        `${found.nodes} nodes, ${found.channels} channels`,
      );
      expect(found.nodes).toBe(300);
      expect(found.hops.length).toBeGreaterThan(3);
      expect(said).toEqual([]);
    },
    120_000,
  );
});
