/** All arms, Ballast's default first. */
import type { OperatorArm } from '../arm.ts';
import { ballastArm } from './ballast.ts';
import { noneArm } from './none.ts';
import { rebalanceLndArm } from './rebalance-lnd.ts';
import { regolancerArm } from './regolancer.ts';

export const ARMS: readonly OperatorArm[] = [
  ballastArm('economic'),
  noneArm,
  ballastArm('balance'),
  regolancerArm(),
  rebalanceLndArm(),
];
