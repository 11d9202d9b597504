/** All arms, in the order of the report. The first one is what the others are compared with. */
import type { ArmKind } from '../arm.ts';
import { ballastArm } from './ballast.ts';
import { excludePairsArm } from './exclude-pairs.ts';
import { feeOnlyArm } from './fee-only.ts';
import { ldkArm } from './ldk-arms.ts';
import { lndAprioriArm, lndBimodalArm } from './lnd-arms.ts';
import { oracleArm } from './oracle.ts';

export const ARM_KINDS: readonly ArmKind[] = [
  ballastArm,
  lndAprioriArm,
  lndBimodalArm,
  excludePairsArm,
  ldkArm,
  feeOnlyArm,
  oracleArm,
];
