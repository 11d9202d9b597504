/** LDK's scorer with its history at the prices that it has asked since July 2026. */
import { LDK_FEES_2026 } from '../../../src/liquidity/ldk/parameters.ts';
import type { ArmKind } from '../arm.ts';
import { LdkArm } from './ldk/ldk-arm.ts';

export const ldkArm: ArmKind = {
  name: 'ldk',
  // A fifth of the present prices is what LDK asked before.
  weights: [0.02, 0.06, 0.2, 1, 3],
  open: (setting) => new LdkArm(setting, LDK_FEES_2026),
};
