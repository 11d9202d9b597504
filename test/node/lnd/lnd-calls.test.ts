/** What grpc-js could do at worst: a request that may have left must not count as one that did not. */
import { type Client, status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { Route } from '../../../src/generated/messages/route.ts';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import { LndCalls } from '../../../src/node/lnd/lnd-calls.ts';
import type { LndChannel } from '../../../src/node/lnd/lnd-channel.ts';
import { sendToRoute } from '../../../src/node/lnd/send-to-route.ts';
import { parsePaymentHash } from '../../../src/units/ids.ts';
import { nodeError } from './connections.ts';

const request = { paymentHash: parsePaymentHash('e1'.repeat(32)), route: Route.create() };

/** Calls over a channel whose client does this instead of a call. */
function callsWith(makeUnaryRequest: (...args: unknown[]) => unknown): LndCalls {
  const client = { makeUnaryRequest } as unknown as Client;
  const channel = { closed: false, connected: async () => ({ client, macaroonHex: '00' }) };
  return new LndCalls(channel as unknown as LndChannel);
}

const endsEmpty = (...args: unknown[]): object => {
  const callback = args.at(-1) as (error: null) => void;
  setImmediate(() => callback(null));
  return { cancel: () => {} };
};

const throws = (): never => {
  throw new Error('the channel has been shut down');
};

test.each([
  ['ends without response and error', endsEmpty, /neither a response nor an error/],
  ['throws', throws, /shut down/],
])('a call that %s', async (_, makeUnaryRequest, message) => {
  const calls = callsWith(makeUnaryRequest);
  const end = await calls.attempt(LightningService.getInfo, {}, null);
  expect(end).toMatchObject({ kind: 'status', error: { code: status.INTERNAL } });
  const error = await nodeError(calls.unary(LightningService.getInfo, {}, 1000));
  expect(error.message).toMatch(message);
  const outcome = await sendToRoute(calls, request);
  expect(outcome).toEqual({ kind: 'unknown', reason: expect.stringMatching(message) });
});
