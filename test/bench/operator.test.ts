import { describe, expect, it } from 'vitest';
import { closeAccounts, ownMsat } from '../../bench/operator/accounts.ts';
import { NO_FIGURES } from '../../bench/operator/arm.ts';
import { ARMS } from '../../bench/operator/arms/index.ts';
import { readOptions } from '../../bench/operator/options.ts';
import { methodLines } from '../../bench/operator/report/head.ts';
import { reportJson } from '../../bench/operator/report/json.ts';
import {
  tableHead,
  tableLine,
  totalsLine,
  verdictLine,
} from '../../bench/operator/report/table.ts';
import { operatorVerdict } from '../../bench/operator/report/verdict.ts';
import { runUnits } from '../../bench/operator/run/run-units.ts';
import type { UnitResult } from '../../bench/operator/run/unit.ts';
import { worldTerms } from '../../bench/operator/world/terms.ts';
import { operatorWorld } from '../../bench/operator/world/world.ts';

const SIZE = { nodes: 30, paymentsPerDay: 1500 };
/** However busy the machine is. */
const PATIENCE_MS = 900_000;
const NAMES = ARMS.map(({ name }) => name);
const DAY_MS = 86_400_000;

const units = (arms: readonly string[]) =>
  arms.map((arm) => ({ seed: 1006, arm, size: SIZE, warmUpDays: 1, days: 1 }));

/** What is the same whenever it runs. */
const lasting = ({ seconds: _, ...result }: UnitResult) => result;

describe('the operator benchmark on a small network', () => {
  it(
    'runs every strategy through the same demand, keeps its books, and is the same again',
    async () => {
      const results = await runUnits(units(NAMES), { threads: 1, finished: () => {} });
      expect(new Set(results.map(({ payments }) => payments)).size).toBe(1);
      const of = (arm: string): UnitResult => results.find((result) => result.arm === arm)!;
      expect(of('none').figures).toEqual(NO_FIGURES);
      expect(of('none').revenueMsat).toBeGreaterThan(0n);
      for (const { arm, netMsat, revenueMsat, costMsat, figures } of results) {
        expect(netMsat, arm).toBe(revenueMsat - costMsat);
        expect(figures.settled, arm).toBeLessThanOrEqual(figures.attempts);
      }
      // Each of them moves something: a strategy that never does would be compared with nothing.
      for (const arm of NAMES.filter((name) => name !== 'none')) {
        expect(of(arm).figures.settled, arm).toBeGreaterThan(0);
        expect(of(arm).costMsat, arm).toBe(of(arm).figures.feesMsat);
      }
      const again = await runUnits(units(['economic', 'regolancer']), {
        threads: 2,
        finished: () => {},
      });
      expect(again.map(lasting)).toEqual([lasting(of('economic')), lasting(of('regolancer'))]);

      const options = { ...readOptions(['--seed', '1006', '--seeds', '1']), size: SIZE };
      expect(methodLines(options).at(-1)).toMatch(/^seed 1006: \d+ channels/);
      expect(tableHead()).toContain('strategy');
      expect(tableLine(of('economic'), of('none').netMsat)).toMatch(
        /^ 1006 economic +\d+ +[+-]?\d/,
      );
      const verdict = operatorVerdict(results, 0n);
      const nets = results.map(({ arm, netMsat }) => `${arm} ${netMsat / 1000n}`);
      expect(totalsLine(verdict)).toBe(`net of all, sat: ${nets.join(', ')}`);
      expect(verdictLine(verdict)).toMatch(/^highest net of 1 seed: economic \d, none \d/);
      const json = JSON.parse(reportJson(options, { results, verdict }));
      expect(json.results).toHaveLength(NAMES.length);
      expect(BigInt(json.results[0].netMsat)).toBe(of('economic').netMsat);
    },
    PATIENCE_MS,
  );

  it('has seeds that differ in every way, and the same world for the same seed', async () => {
    const worlds = [1, 2, 3, 4, 5, 6].map((seed) => worldTerms(seed, SIZE));
    for (const name of ['channels', 'feeFactor', 'paymentsPerDay', 'flowPerDay'] as const) {
      expect(new Set(worlds.map((terms) => terms[name])).size, name).toBeGreaterThan(3);
    }
    const balances = () => {
      const { network, ours } = operatorWorld(worldTerms(2, SIZE));
      return network.node(ours).listChannels();
    };
    expect(balances()).toEqual(balances());
  });

  it('refuses figures that the channels do not bear out', async () => {
    const { network, ours, clock, run } = operatorWorld(worldTerms(1006, SIZE));
    const startMsat = ownMsat(network, ours);
    const stop = new AbortController();
    const traffic = run(stop.signal);
    await clock.advance(DAY_MS / 4);
    stop.abort();
    await traffic;
    const week = { ours, sinceMs: 0, startMsat };
    expect(closeAccounts(network, { ...week, figures: NO_FIGURES }).revenueMsat).toBeGreaterThan(
      0n,
    );
    const figures = { ...NO_FIGURES, feesMsat: 1n };
    expect(() => closeAccounts(network, { ...week, figures })).toThrow('the books say');
  });
});
