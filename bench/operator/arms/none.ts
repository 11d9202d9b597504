/** Nobody rebalances. */
import { NO_FIGURES, type OperatorArm } from '../arm.ts';

export const noneArm: OperatorArm = { name: 'none', tend: async () => NO_FIGURES };
