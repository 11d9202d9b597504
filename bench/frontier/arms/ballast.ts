/** Ballast itself: its beliefs, its search and what it learns within one rebalance. */
import { DEFAULTS } from '../../../src/engine/rebalancer-options.ts';
import { attemptCostOf } from '../../../src/executor/attempt-cost.ts';
import { failureFacts } from '../../../src/executor/attempt-facts.ts';
import { exclusions, type Learnt, learn, NOTHING_LEARNT } from '../../../src/executor/learnt.ts';
import { searchReliably } from '../../../src/executor/search-reliably.ts';
import { LiquidityBook } from '../../../src/liquidity/liquidity-book.ts';
import type { Path } from '../../../src/pathfinder/path.ts';
import type { Arm, ArmKind, ArmSetting, AttemptResult, Task } from '../arm.ts';

export const ballastArm: ArmKind = {
  name: 'ballast',
  // Of what a failed attempt costs by default.
  weights: [0.1, 0.3, 1, 4, 15],
  open: (setting) => new BallastArm(setting, freshBook(setting)),
};

/** A book that has forgotten everything serves the next arm: what it reckons for the network as a whole takes time. */
let lent: { readonly key: string; readonly book: LiquidityBook } | undefined;

function freshBook({ self, weight }: ArmSetting): LiquidityBook {
  const key = `${self} ${weight}`;
  if (lent?.key !== key) lent = { key, book: new LiquidityBook() };
  lent.book.forget();
  return lent.book;
}

class BallastArm implements Arm {
  readonly #setting: ArmSetting;
  readonly #book: LiquidityBook;
  #task!: Task;
  #learnt: Learnt = NOTHING_LEARNT;

  constructor(setting: ArmSetting, book: LiquidityBook) {
    this.#setting = setting;
    this.#book = book;
  }

  begin(task: Task): void {
    this.#task = task;
    this.#learnt = NOTHING_LEARNT;
  }

  next(nowMs: number): Path | null {
    const { snapshot, self, weight } = this.#setting;
    const { outChannelId, inChannelId, amountMsat, maxFeeMsat, ownChannels } = this.#task;
    const attemptCostMsat = weight * attemptCostOf(DEFAULTS, amountMsat);
    const result = searchReliably(
      snapshot,
      {
        self,
        outChannels: [outChannelId],
        inChannels: [inChannelId],
        amountMsat,
        maxFeeMsat,
        exclude: exclusions({}, this.#learnt),
        overlay: {
          ownChannels,
          policies: this.#learnt.policies,
          ceilings: this.#learnt.ceilings,
        },
      },
      {
        attemptCostMsat,
        prices: (weightMsat) =>
          this.#book.prices({ snapshot, self, amountMsat: Number(amountMsat), weightMsat, nowMs }),
      },
    );
    return result.kind === 'route' ? result.path : null;
  }

  learn(result: AttemptResult, nowMs: number): void {
    const { snapshot, self } = this.#setting;
    if (result.kind === 'settled') {
      this.#book.observe(result.facts, { atMs: nowMs, snapshot, self });
      return;
    }
    const { path, route, verdict } = result;
    this.#book.observe(failureFacts(route, verdict), { atMs: nowMs, snapshot, self });
    this.#learnt = learn(this.#learnt, verdict, { path, snapshot }).learnt;
  }
}
