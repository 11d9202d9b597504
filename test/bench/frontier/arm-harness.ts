/** Arms on hand-made networks: asks for a route, checks it as the product would, and tells how it ended. */
import { expect } from 'vitest';
import type { Arm, ArmKind, ArmSetting, AttemptResult, Task } from '../../../bench/frontier/arm.ts';
import { interpretFailure } from '../../../src/executor/interpret-failure.ts';
import type { FailureCodeName } from '../../../src/executor/verdict.ts';
import type { Route } from '../../../src/generated/messages/route.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import { buildRoute } from '../../../src/pathfinder/build-route.ts';
import { checkRoute } from '../../../src/pathfinder/check-route.ts';
import type { Path } from '../../../src/pathfinder/path.ts';
import { DEFAULT_FINAL_CLTV_DELTA } from '../../../src/pathfinder/price-path.ts';
import { SeededRandom } from '../../../src/sim/random.ts';
import { type ChannelId, type NodeId, parseChannelId } from '../../../src/units/ids.ts';
import { failure } from '../../executor/routes.ts';
import { nodeIdOf } from '../../graph/make-graph.ts';

const BLOCK_HEIGHT = 800_000;
const PAYMENT_ADDR = new Uint8Array(32).fill(1);
const START_MS: number = 1_780_000_000_000;

export interface ArmTask {
  readonly out: number;
  readonly back: number;
  readonly amountMsat: bigint;
  readonly maxFeeMsat: bigint;
}

export class ArmHarness {
  readonly arm: Arm;
  readonly #snapshot: GraphSnapshot;
  readonly #self: NodeId;
  #task!: Task;
  nowMs: number = START_MS;

  constructor(kind: ArmKind, at: { snapshot: GraphSnapshot; self: string; weight?: number }) {
    this.#snapshot = at.snapshot;
    this.#self = nodeIdOf(at.self);
    const setting: ArmSetting = {
      snapshot: at.snapshot,
      self: this.#self,
      weight: at.weight ?? 1,
      random: new SeededRandom(1),
      truth: {
        snapshot: at.snapshot,
        sendableMsat: () => {
          throw new Error('only the oracle may ask');
        },
        isOnline: () => true,
      },
    };
    this.arm = kind.open(setting);
  }

  begin({ out, back, amountMsat, maxFeeMsat }: ArmTask): void {
    const [outChannelId, inChannelId] = [out, back].map((id) => parseChannelId(String(id))) as [
      ChannelId,
      ChannelId,
    ];
    const enough = { spendableMsat: 10n ** 12n, receivableMsat: 10n ** 12n, active: true };
    this.#task = {
      index: 0,
      outChannelId,
      inChannelId,
      amountMsat,
      maxFeeMsat,
      ownChannels: [
        { channelId: outChannelId, ...enough },
        { channelId: inChannelId, ...enough },
      ],
    };
    this.arm.begin(this.#task, this.nowMs);
  }

  /** The next route, which breaks no rule but perhaps those given. */
  next(): {
    readonly path: Path;
    readonly route: Route;
    readonly channels: readonly number[];
  } | null {
    const path = this.arm.next(this.nowMs);
    if (path === null) return null;
    const terms = { paymentAddr: PAYMENT_ADDR, blockHeight: BLOCK_HEIGHT };
    const route = buildRoute(path, { ...terms, finalCltvDelta: DEFAULT_FINAL_CLTV_DELTA });
    const { amountMsat, maxFeeMsat, outChannelId, inChannelId } = this.#task;
    const defects = checkRoute(route, this.#snapshot, {
      ...terms,
      self: this.#self,
      amountMsat,
      maxFeeMsat,
      invoiceCltvDelta: 40,
    });
    expect(defects).toEqual([]);
    expect([path.hops[0]!.channelId, path.hops.at(-1)!.channelId]).toEqual([
      outChannelId,
      inChannelId,
    ]);
    return { path, route, channels: path.hops.map(({ channelId }) => Number(channelId)) };
  }

  fail(
    { path, route }: { readonly path: Path; readonly route: Route },
    code: FailureCodeName,
    sourceIndex: number,
  ): void {
    const message = failure(code as Parameters<typeof failure>[0], sourceIndex);
    const verdict = interpretFailure(route, message, this.#self);
    this.#learn({ kind: 'failed', path, route, failure: message, verdict });
  }

  settle({ path }: { readonly path: Path }): void {
    const facts = path.hops.map(
      ({ from, to, amountInMsat }) =>
        ({ kind: 'moved', from, to, amountMsat: amountInMsat }) as const,
    );
    this.#learn({ kind: 'settled', path, facts });
  }

  #learn(result: AttemptResult): void {
    this.nowMs += 4000;
    this.arm.learn(result, this.nowMs);
  }
}
