/** Planted against promise 1: whoever asks for several payments gets one more than that. */
import type { Mutation } from './mutation.ts';

export const onceTooOften: Mutation = {
  request: ({ totalMsat, ...request }) =>
    totalMsat === undefined ? request : { ...request, totalMsat: totalMsat + request.amountMsat },
};
