/** Knows everything: the bound that no arm can pass. */
import type { Path } from '../../../src/pathfinder/path.ts';
import type { Arm, ArmKind, ArmSetting, AttemptResult, Task } from '../arm.ts';
import { OracleSearch } from '../world/oracle-search.ts';

export const oracleArm: ArmKind = {
  name: 'oracle',
  weights: [1],
  open: (setting) => new Oracle(setting),
};

class Oracle implements Arm {
  readonly #setting: ArmSetting;
  #task: Task | undefined;

  constructor(setting: ArmSetting) {
    this.#setting = setting;
  }

  begin(task: Task): void {
    this.#task = task;
  }

  next(): Path | null {
    if (this.#task === undefined) return null;
    const { truth, self } = this.#setting;
    const result = new OracleSearch(truth, self).find(this.#task);
    return result.kind === 'route' ? result.path : null;
  }

  /** What it foresaw happens; after anything else it has nothing better to offer. */
  learn(result: AttemptResult): void {
    if (result.kind === 'failed') this.#task = undefined;
  }
}
