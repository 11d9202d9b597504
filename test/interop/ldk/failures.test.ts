/** Every failure that LDK can be brought to make, and what Ballast concludes from it: the blame has to fit the truth. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type LdkModule, loadLdk } from '../../../bench/ldk/load-ldk.ts';
import { interpretFailure } from '../../../src/executor/interpret-failure.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';
import { runSize } from '../run-size.ts';
import { Tally } from '../tally.ts';
import { codeAndPlace } from './code-and-place.ts';
import type { LdkNetwork } from './ldk-network.ts';
import { sendAlong } from './ldk-payment.ts';
import { payeeProvocations } from './provoke-at-payee.ts';
import { closing, networkProvocations } from './provoke-by-network.ts';
import { routeProvocations } from './provoke-by-route.ts';
import { type Provocation, plainBlame, type Scene, wordedBlame } from './provoked-failure.ts';
import { randomLdkNetwork } from './random-ldk-network.ts';

const TIMES = runSize({ part: 2, full: 20 });
const MOST_TRIES = 200;

async function provoke(provocation: Provocation, scene: Scene): Promise<boolean> {
  const provoked = provocation(scene);
  if (provoked === undefined) return false;
  const { found, route, code, source, undo } = provoked;
  const payment = await sendAlong(scene.network, {
    ...{ from: found.from, route, invoice: provoked.invoice ?? found.invoice },
    ...(provoked.onArrival === undefined ? {} : { onArrival: provoked.onArrival }),
  });
  undo?.();
  expect(codeAndPlace(payment.end)).toBe(`${code}@${source}`);
  if (payment.end.kind !== 'failed') return false;
  const verdict = interpretFailure(route, payment.end.failure, found.from);
  expect(plainBlame(verdict.blame)).toEqual(wordedBlame(provoked));
  expect([verdict.code, verdict.sourceIndex]).toEqual([code, source]);
  for (const { kind, ...fact } of verdict.facts) {
    if (kind === 'carried') expect(payment.htlcs).toContainEqual(expect.objectContaining(fact));
  }
  return true;
}

describe('failures of LDK nodes', () => {
  const seed = testSeed(4201);
  const random = new SeededRandom(seed);
  let ldk: LdkModule;
  let network: LdkNetwork;
  beforeAll(async () => {
    ldk = await loadLdk();
    network = randomLdkNetwork(ldk, random);
  });

  // Closing channels comes last, for it leaves fewer of them.
  const all = { ...routeProvocations, ...payeeProvocations, ...networkProvocations, ...closing };

  it.for(Object.entries<Provocation>(all))(
    'from %s blame who is to blame',
    async ([what, how], context) => {
      const tally = new Tally(what);
      const times = what in closing ? 2 : TIMES;
      for (let tries = 0; tally.refused < times; tries++) {
        if (tries > MOST_TRIES) throw new Error(`chance gave no occasion for ${what}`);
        if (!(await provoke(how, { network, random }))) continue;
        tally.sent++;
        tally.refused++;
      }
      tally.report(context);
    },
  );
});
