/** Failures that can be provoked from outside, each at the place that it is provoked at, by the payer's own record. */
import { expect, it } from 'vitest';
import type { FailureCodeName } from '../../../../src/engine/index.ts';
import { parseChannelId } from '../../../../src/units/ids.ts';
import { firstOr, NO_CIRCLE, skip } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { allCircles, type Circle, circles } from '../circles.ts';
import type { RawDirection } from '../messages.ts';
import { changePolicy, type PolicyChange, policyAt } from '../policies.ts';
import { expectMoved } from '../records.ts';
import { expectRefusal, run } from '../refused-run.ts';
import type { Stage } from '../stage.ts';

const SUITE = 'real Core Lightning, provoked failures';

interface Provoked {
  readonly name: string;
  readonly code: FailureCodeName;
  readonly change: (was: RawDirection, amountMsat: number) => PolicyChange;
  /** Whether the new terms can be met. */
  readonly meets: boolean;
}

const CHANGES: readonly Provoked[] = [
  {
    name: 'a fee that the graph does not know yet',
    code: 'FEE_INSUFFICIENT',
    change: (was, amountMsat) => ({ feebase: was.base_fee_millisatoshi + amountMsat / 20 + 3 }),
    meets: true,
  },
  {
    // Core Lightning has one answer for whatever a channel does not carry.
    name: 'a minimum that the graph does not know yet',
    code: 'TEMPORARY_CHANNEL_FAILURE',
    change: (_, amountMsat) => ({ htlcmin: amountMsat * 2 }),
    meets: false,
  },
  {
    name: 'a maximum that the graph does not know yet',
    code: 'TEMPORARY_CHANNEL_FAILURE',
    change: (_, amountMsat) => ({ htlcmax: amountMsat / 2 }),
    meets: false,
  },
];

export function failures(stageOf: () => Stage): void {
  it('a hop without the balance: TEMPORARY_CHANNEL_FAILURE blames its direction', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const why = 'no circle has a channel in its middle with less balance than all the others have';
    const { circle, hop, amountMsat } = firstOr(shortCircles(stage), context, why);
    const what = { circle, amountMsat: BigInt(amountMsat) };
    const expected = { code: 'TEMPORARY_CHANNEL_FAILURE', index: hop } as const;
    const { blame } = await expectRefusal(stage, what, expected);
    expect(blame).toMatchObject({
      kind: 'channel',
      cause: 'liquidity',
      at: { link: hop, channelId: parseChannelId(circle.hops[hop]!.scid) },
    });
    refusedOnce(context);
  });

  for (const [i, { name, code, change, meets }] of CHANGES.entries()) {
    for (const place of ['middle', 'last_but_one'] as const) {
      it(`${name}, ${place}: ${code}`, async (context) => {
        const stage = stageOf();
        const { network } = stage;
        await network.settle();
        const found = circles(network);
        if (found.length === 0) skip(context, NO_CIRCLE);
        const circle = found[(i * 5) % found.length]!;
        const index = place === 'middle' ? 1 : circle.hops.length - 1;
        const direction = circle.hops[index]!;
        const graph = await stage.graphOf(circle.self);
        const was = (await policyAt(direction.from, direction))!;
        const terms = change(was, Number(network.amountMsat));
        const restore = await changePolicy(stage, direction, terms);
        try {
          const verdict = await expectRefusal(stage, { circle, graph }, { code, index });
          expect(verdict.update.kind).toBe('usable');
          expect(verdict.source).toBe(direction.from.key);
          if (meets) await expectSecondSettles(stage, { circle, graph });
        } finally {
          await restore();
        }
        refusedOnce(context);
      });
    }
  }

  it('codes that need a faulty node cannot be provoked from outside', (context) =>
    skip(
      context,
      'CHANNEL_DISABLED, *_NODE_FAILURE, PERMANENT_CHANNEL_FAILURE, INVALID_ONION_*, REQUIRED_*_FEATURE_MISSING: a sound lightningd does not answer them; test/interop/ldk provokes those that LDK knows',
    ));
}

function refusedOnce(context: Parameters<Tally['report']>[0]): void {
  const tally = new Tally(SUITE);
  tally.sent = tally.refused = 1;
  tally.report(context);
}

/** Circles in which one channel in the middle lacks the balance for an amount that all others can carry. */
function shortCircles({
  network,
}: Stage): readonly { circle: Circle; hop: number; amountMsat: number }[] {
  return allCircles(network)
    .flatMap((circle) =>
      circle.hops.slice(1, -1).map((short, i) => {
        const amountMsat = short.channel.to_us_msat + 1_000_000;
        const others = circle.hops.filter((hop) => hop !== short);
        const carried = others.every(({ usableMsat }) => usableMsat > amountMsat * 1.05);
        const fits = short.channel.total_msat * 0.95 > amountMsat;
        return { circle, hop: i + 1, amountMsat, possible: carried && fits };
      }),
    )
    .filter(({ possible }) => possible)
    .sort((a, b) => a.amountMsat - b.amountMsat);
}

/** The node learns the new terms from the failure, and pays them exactly. */
async function expectSecondSettles(
  stage: Stage,
  { circle, graph }: { circle: Circle; graph: Awaited<ReturnType<Stage['graphOf']>> },
): Promise<void> {
  const { report, past } = await run(stage, { circle, graph, maxAttempts: 2 });
  expect(report.attempts.map(({ outcome }) => outcome.kind)).toEqual(['failed', 'settled']);
  const { amountMsat } = stage.network;
  const { feeMsat } = await expectMoved(stage.network, past, { circle, amountMsat });
  expect(report.feePaidMsat).toBe(feeMsat);
}
