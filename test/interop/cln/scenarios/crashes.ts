/** A process of Ballast that is killed on the way, and the one after it: nothing is paid twice, and nothing is lost. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { type RebalanceReport, Rebalancer } from '../../../../src/engine/index.ts';
import { openSqliteStore } from '../../../../src/store/sqlite.ts';
import { firstOr, NO_CIRCLE, skip } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { type Circle, circles, nameOf } from '../circles.ts';
import type { CrashOrder, CrashPoint } from '../crash-child.ts';
import { Holding } from '../holding.ts';
import type { RealNode } from '../real-network.ts';
import { type Before, before, expectMoved, expectNothingMoved, paymentsOf } from '../records.ts';
import { connectOptions, type Stage } from '../stage.ts';

const CHILD = new URL('../crash-child.ts', import.meta.url).pathname;
const CHILD_MS = 60_000;
const SUITE = 'real Core Lightning, killed and resumed';

export function crashes(stageOf: () => Stage): void {
  it('killed with the intent on disk and nothing sent: nothing is paid', async (context) => {
    const scene = await openScene(stageOf(), context, 'intent');
    try {
      await scene.killChild();
      expect(await paymentsOf(scene.past), 'payments at the node').toEqual([]);
      const reports = await scene.resume();
      expect(reports.map(({ movedMsat, feePaidMsat }) => [movedMsat, feePaidMsat])).toEqual([
        [0n, 0n],
      ]);
      await expectNothingMoved(scene.stage.network, scene.past);
      await scene.tally(context, { sent: 0 });
    } finally {
      await scene.close();
    }
  });

  it('killed in flight, and released before the next process begins: booked', async (context) => {
    const scene = await openScene(stageOf(), context, 'flying');
    const holding = await scene.hold(context);
    try {
      await scene.killChild(() => holding.arrived());
      await holding.letGo();
      await scene.stage.network.settle();
      const [report] = await scene.resume();
      await scene.expectPaid(report!);
      await scene.expectFreed();
      await scene.tally(context, { sent: 1 });
    } finally {
      await holding.close();
      await scene.close();
    }
  });

  it('killed in flight, and released after the next process has begun: given back', async (context) => {
    const scene = await openScene(stageOf(), context, 'flying');
    const holding = await scene.hold(context);
    try {
      await scene.killChild(() => holding.arrived());
      const resuming = scene.resume();
      await scene.invoiceGone();
      await holding.letGo();
      const [report] = await resuming;
      expect(report).toMatchObject({ movedMsat: 0n, feePaidMsat: 0n });
      await expectNothingMoved(scene.stage.network, scene.past);
      await scene.expectFreed();
      await scene.tally(context, { sent: 1 });
    } finally {
      await holding.close();
      await scene.close();
    }
  });

  it("killed with the answer here and not on disk: booked once, by the node's figures", async (context) => {
    const scene = await openScene(stageOf(), context, 'answer');
    try {
      await scene.killChild();
      const [report] = await scene.resume();
      await scene.expectPaid(report!);
      await scene.tally(context, { sent: 1 });
    } finally {
      await scene.close();
    }
  });
}

async function openScene(
  stage: Stage,
  context: Parameters<typeof skip>[0],
  point: CrashPoint,
): Promise<Scene> {
  const { network } = stage;
  await network.settle();
  const circle = firstOr(circles(network), context, NO_CIRCLE);
  const folder = await mkdtemp(join(tmpdir(), 'ballast-interop-'));
  const { from, to, exclude } = await stage.roundThis(circle);
  const order: CrashOrder = {
    ...{ point, from, to },
    connect: connectOptions(circle.self.given),
    database: join(folder, 'ballast.db'),
    leaveOut: exclude.channels ?? [],
    amountMsat: String(network.amountMsat),
  };
  const past = await before(network, circle.self);
  const reserved = await reservations(circle.self);
  return new Scene({ stage, circle, folder, order, past, reserved });
}

async function reservations({ rpc }: RealNode): Promise<number> {
  const listed = await rpc
    .call<{ reservations: object[] }>('askrene-listreservations')
    .catch(() => ({ reservations: [] }));
  return listed.reservations.length;
}

interface SceneParts {
  readonly stage: Stage;
  readonly circle: Circle;
  readonly folder: string;
  readonly order: CrashOrder;
  readonly past: Before;
  /** What was reserved with askrene before. */
  readonly reserved: number;
}

class Scene {
  readonly stage: Stage;
  readonly past: Before;
  readonly #circle: Circle;
  readonly #folder: string;
  readonly #order: CrashOrder;
  readonly #reserved: number;

  constructor({ stage, circle, folder, order, past, reserved }: SceneParts) {
    this.stage = stage;
    this.past = past;
    this.#circle = circle;
    this.#folder = folder;
    this.#order = order;
    this.#reserved = reserved;
  }

  /** Holds the payment at the first peer. */
  async hold(context: Parameters<typeof skip>[0]): Promise<Holding> {
    const holding = await Holding.at(this.#circle.hops[0]!);
    if (typeof holding !== 'string') return holding;
    await this.close();
    return skip(context, holding);
  }

  /** Starts the child, and kills it as soon as it is where it is to be, and `also` has come about. */
  async killChild(also: () => Promise<unknown> = async () => undefined): Promise<void> {
    const child = spawn(process.execPath, [CHILD, JSON.stringify(this.#order)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const timer = setTimeout(() => child.kill('SIGKILL'), CHILD_MS);
    let there = false;
    for await (const line of createInterface(child.stdout!)) {
      there = line === this.#order.point;
      if (!there) throw new Error(`the child said: ${line}`);
      break;
    }
    clearTimeout(timer);
    if (there) await also();
    child.kill('SIGKILL');
    await gone;
    expect(there, 'the child came so far').toBe(true);
  }

  async resume(): Promise<readonly RebalanceReport[]> {
    const node = await this.stage.ballastOn(this.#circle.self);
    const store = await openSqliteStore(this.#order.database);
    try {
      const runs = await new Rebalancer({ node, store }).resume();
      const reports = await Promise.all(runs.map(({ result }) => result));
      expect(reports.length, nameOf(this.#circle)).toBe(1);
      expect(await store.unfinished()).toEqual([]);
      const booked = (await store.feesPaid()).reduce((sum, { feeMsat }) => sum + feeMsat, 0n);
      expect(booked, 'fees in the journal').toBe(reports[0]!.feePaidMsat);
      const again = await new Rebalancer({ node, store }).resume();
      expect(again.length, 'left for a third process').toBe(0);
      return reports;
    } finally {
      await store.close();
    }
  }

  async invoiceGone(): Promise<void> {
    const hash = (await paymentsOf(this.past))[0]!.payment_hash;
    const until = Date.now() + 30_000;
    while ((await this.past.node.rpc.invoice(hash)) !== undefined) {
      if (Date.now() > until) throw new Error(`the invoice ${hash} was not taken back`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** What the killed process had told xpay that it holds is not held any more, where there is xpay. */
  async expectFreed(): Promise<void> {
    const until = Date.now() + 10_000;
    while ((await reservations(this.past.node)) > this.#reserved) {
      if (Date.now() > until) throw new Error('what it held stays reserved');
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** Once, and the report and the journal say what the node says. */
  async expectPaid(report: RebalanceReport): Promise<void> {
    const { amountMsat } = this.stage.network;
    const moved = await expectMoved(this.stage.network, this.past, {
      circle: this.#circle,
      amountMsat,
    });
    expect(report).toMatchObject({ movedMsat: amountMsat, feePaidMsat: moved.feeMsat });
  }

  async tally(context: Parameters<typeof skip>[0], { sent }: { sent: number }): Promise<void> {
    const payments = await paymentsOf(this.past);
    expect(payments.length, 'payments at the node').toBe(sent);
    const tally = new Tally(SUITE);
    tally.sent = sent;
    tally.settled = payments.filter(({ status }) => status === 'complete').length;
    tally.compared = 1;
    tally.report(context);
  }

  async close(): Promise<void> {
    await this.stage.network.settle();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
