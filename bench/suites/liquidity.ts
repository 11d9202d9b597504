/** What beliefs cost: observing, keeping, loading, and the room that they take in memory and on disk. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from '../measure/child.ts';
import type { SuiteResult } from '../report/result.ts';
import { measurement } from '../report/row.ts';
import { observeUs } from './observing.ts';
import type { Setting } from './setting.ts';

interface Folded {
  readonly observeUs: number;
  readonly keepUs: number;
  readonly rows: number;
}

interface Loaded {
  readonly openMs: number;
  readonly loadMs: number;
  /** Of all threads together. */
  readonly cpuMs: number;
  readonly bytes: number;
  readonly corridors: number;
}

export function liquiditySuite({
  options,
  snapshot,
}: Pick<Setting, 'options' | 'snapshot'>): SuiteResult {
  const { observations, corridors, seed, loadProcesses } = options;
  const folder = mkdtempSync(join(tmpdir(), 'ballast-beliefs-'));
  try {
    const file = join(folder, 'ballast.db');
    const terms = [file, ...[observations, corridors, seed].map(String)];
    const folded = runChild<Folded>('fold-beliefs.ts', terms);
    const loads = Array.from({ length: loadProcesses }, () =>
      runChild<Loaded>('load-beliefs.ts', [file]),
    );
    const fileBytes = statSync(file).size;
    const last = loads.at(-1)!;
    const leastCpuMs = Math.min(...loads.map(({ cpuMs }) => cpuMs));
    const known = last.corridors.toLocaleString('en');
    return {
      rows: [
        measurement('liquidity', {
          name: `beliefs of ${observations.toLocaleString('en')} observations, opened and loaded`,
          timesMs: loads.map(({ openMs, loadMs }) => openMs + loadMs),
        }),
      ],
      figures: [
        {
          label: 'an attempt that teaches',
          text: `${folded.observeUs.toFixed(1)} us to observe, ${folded.keepUs.toFixed(1)} us to keep, a hundred at a time`,
        },
        {
          label: 'an attempt on this network, which teaches the model as well',
          text: `${observeUs(snapshot, seed).toFixed(1)} us to observe`,
        },
        {
          label: 'processor time of opening and loading',
          text: `${leastCpuMs.toFixed(0)} ms in all threads, the least of ${loads.length}`,
        },
        {
          label: `beliefs about ${known} corridors`,
          text: `${(last.bytes / 1e6).toFixed(1)} MB in memory, ${(fileBytes / 1e6).toFixed(1)} MB in the store`,
        },
      ],
      facts: [folded.rows, last.corridors],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
