/** Longest wait for a connection and for an ordinary answer, ms: a node that takes longer is in no state to pay. */
export const ANSWER_MS = 10_000;
