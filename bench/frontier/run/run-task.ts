/** One arm at one task: attempt after attempt until one settles or the arm gives up. */
import { interpretFailure } from '../../../src/executor/interpret-failure.ts';
import type { LiquidityFact } from '../../../src/liquidity/liquidity-fact.ts';
import { buildRoute } from '../../../src/pathfinder/build-route.ts';
import type { Path } from '../../../src/pathfinder/path.ts';
import { DEFAULT_FINAL_CLTV_DELTA } from '../../../src/pathfinder/price-path.ts';
import type { NodeId } from '../../../src/units/ids.ts';
import type { Arm, AttemptResult, Task } from '../arm.ts';
import { ATTEMPT_MS, stepTimeMs } from '../world/sequence.ts';
import { BLOCK_HEIGHT, walkRoute } from '../world/walk-route.ts';
import type { World } from '../world/world.ts';

export interface TaskResult {
  /** All of them, the one that settled included. */
  readonly attempts: number;
  /** `null` where none settled. */
  readonly feeMsat: number | null;
  /** What the arm took for each of its answers, with the learning before it. */
  readonly searchMs: readonly number[];
}

/** Nobody reads it: the receiver is the sender. */
const PAYMENT_ADDR = new Uint8Array(32);

export function runTask(
  arm: Arm,
  at: {
    readonly world: World;
    readonly self: NodeId;
    readonly task: Task;
    readonly maxAttempts: number;
  },
): TaskResult {
  const { world, self, task, maxAttempts } = at;
  const searchMs: number[] = [];
  let nowMs = stepTimeMs(task.index);
  let since = performance.now();
  arm.begin(task, nowMs);
  for (let attempts = 0; attempts < maxAttempts; attempts++) {
    const path = arm.next(nowMs);
    searchMs.push(performance.now() - since);
    if (path === null) return { attempts, feeMsat: null, searchMs };
    assertAsked(path, task);
    const result = attempt(world, { path, self, attempts });
    nowMs += ATTEMPT_MS;
    since = performance.now();
    arm.learn(result, nowMs);
    if (result.kind === 'settled') {
      const feeMsat = Number(path.hops[0]!.amountInMsat - task.amountMsat);
      return { attempts: attempts + 1, feeMsat, searchMs };
    }
  }
  return { attempts: maxAttempts, feeMsat: null, searchMs };
}

/** @throws Error for a path that is not an answer to the task: then the arm is at fault, and no figure of it counts. */
function assertAsked(path: Path, task: Task): void {
  const [first, last] = [path.hops[0], path.hops.at(-1)];
  const asked =
    first?.channelId === task.outChannelId &&
    last?.channelId === task.inChannelId &&
    last.amountOutMsat === task.amountMsat &&
    first.amountInMsat - task.amountMsat <= task.maxFeeMsat;
  if (!asked) throw new Error(`the arm's path is no answer to task ${task.index}`);
}

function attempt(
  world: World,
  sent: { path: Path; self: NodeId; attempts: number },
): AttemptResult {
  const { path, self, attempts } = sent;
  const route = buildRoute(path, {
    paymentAddr: PAYMENT_ADDR,
    blockHeight: BLOCK_HEIGHT,
    finalCltvDelta: DEFAULT_FINAL_CLTV_DELTA,
  });
  const outcome = walkRoute(world, { route, self, attempt: attempts });
  if (outcome.kind === 'failed') {
    const { failure } = outcome;
    return {
      kind: 'failed',
      path,
      route,
      failure,
      verdict: interpretFailure(route, failure, self),
    };
  }
  for (const { direction, amountMsat } of outcome.crossed) world.move(direction, amountMsat);
  const facts = path.hops.map(
    ({ from, to, amountInMsat }): LiquidityFact => ({
      kind: 'moved',
      from,
      to,
      amountMsat: amountInMsat,
    }),
  );
  return { kind: 'settled', path, facts };
}
