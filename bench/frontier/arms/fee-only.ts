/** The cheapest route, whatever its chances; what failed is avoided for the rest of the task, as the product does. */
import { exclusions, type Learnt, learn, NOTHING_LEARNT } from '../../../src/executor/learnt.ts';
import { findCircularRoute } from '../../../src/pathfinder/find-circular-route.ts';
import type { Path } from '../../../src/pathfinder/path.ts';
import type { Arm, ArmKind, ArmSetting, AttemptResult, Task } from '../arm.ts';

export const feeOnlyArm: ArmKind = {
  name: 'fee-only',
  weights: [1],
  open: (setting) => new FeeOnly(setting),
};

class FeeOnly implements Arm {
  readonly #setting: ArmSetting;
  #task: Task | undefined;
  #learnt: Learnt = NOTHING_LEARNT;

  constructor(setting: ArmSetting) {
    this.#setting = setting;
  }

  begin(task: Task): void {
    this.#task = task;
    this.#learnt = NOTHING_LEARNT;
  }

  next(): Path | null {
    const task = this.#task;
    if (task === undefined) return null;
    const { policies, ceilings } = this.#learnt;
    const result = findCircularRoute(this.#setting.snapshot, {
      self: this.#setting.self,
      outChannels: [task.outChannelId],
      inChannels: [task.inChannelId],
      amountMsat: task.amountMsat,
      maxFeeMsat: task.maxFeeMsat,
      exclude: exclusions({}, this.#learnt),
      overlay: { ownChannels: task.ownChannels, policies, ceilings },
      cost: { timeLockRiskPpb: 0 },
    });
    return result.kind === 'route' ? result.path : null;
  }

  learn(result: AttemptResult): void {
    if (result.kind === 'settled') return;
    const { path, verdict } = result;
    const { snapshot } = this.#setting;
    this.#learnt = learn(this.#learnt, verdict, { path, snapshot }).learnt;
  }
}
