/** A rebalance in which nothing has happened yet. */
import { NOTHING_LEARNT } from './learnt.ts';
import { NOTHING_PROBED } from './probing.ts';
import type { Run } from './rebalance-state.ts';
import type { RebalanceTerms } from './rebalance-terms.ts';

export const newRun = (terms: RebalanceTerms, startedAtMs: number): Run => ({
  terms,
  startedAtMs,
  amountMsat: terms.amountMsat,
  learnt: NOTHING_LEARNT,
  attempts: [],
  invoice: null,
  invoices: [],
  stop: null,
  reported: false,
  journaled: false,
  unwritten: [],
  notSentCount: 0,
  refusedCount: 0,
  strayed: [],
  probed: NOTHING_PROBED,
  notes: [],
});
