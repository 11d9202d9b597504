/** Planted against promise 3: nobody adds up what the rebalances cost together. */
import type { Mutation } from './mutation.ts';

export const noLedger: Mutation = {
  options: ({ budget: _, ...options }) => options,
};
