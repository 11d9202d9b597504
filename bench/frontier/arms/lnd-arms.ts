/** lnd's two estimators, each in lnd's own loop. */
import { aprioriModel } from '../../../src/liquidity/models/apriori.ts';
import { bimodalModel } from '../../../src/liquidity/models/bimodal.ts';
import type { ArmKind } from '../arm.ts';
import { LndArm } from './lnd/lnd-arm.ts';

/** The sweep multiplies both parts of the attempt cost. */
const WEIGHTS: readonly number[] = [0.03, 0.1, 0.3, 1, 3, 10];

export const lndAprioriArm: ArmKind = {
  name: 'lnd-apriori',
  weights: WEIGHTS,
  open: (setting) => new LndArm(setting, { estimator: aprioriModel() }),
};

export const lndBimodalArm: ArmKind = {
  name: 'lnd-bimodal',
  weights: WEIGHTS,
  open: (setting) => new LndArm(setting, { estimator: bimodalModel() }),
};
