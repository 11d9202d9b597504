import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ClnCalls } from '../../../src/node/cln/cln-calls.ts';
import type { CallEnd } from '../../../src/node/cln/transport/carrier.ts';
import { WaitAhead } from '../../../src/node/cln/wait-ahead.ts';
import type { PaymentHash } from '../../../src/units/ids.ts';

const paymentHash = '22'.repeat(32) as PaymentHash;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function asking(end: CallEnd) {
  const attempt = vi.fn<ClnCalls['attempt']>(async () => end);
  const ahead = new WaitAhead({ attempt } as unknown as ClnCalls, {
    ...{ paymentHash, waitSeconds: 60 },
  });
  return { attempt, ahead };
}

const failed = (data: object): CallEnd => ({
  ...{ kind: 'error', code: 204, message: 'failed' },
  data: { ...data, erring_index: 1, failcode: 0x100c, raw_message: '100c' },
});

test('what fails while sendpay is on its way back is told with its message', async () => {
  const end = failed({ created_index: 57, id: 4 });
  const { attempt, ahead } = asking(end);
  await vi.advanceTimersByTimeAsync(9);
  expect(attempt).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(attempt.mock.calls[0]?.slice(0, 2)).toEqual([
    'waitsendpay',
    { payment_hash: paymentHash, timeout: 60 },
  ]);
  expect(await ahead.endOf(57n)).toBe(end);
});

test('is not asked where sendpay has answered before, nor once it was stopped', async () => {
  const answered = asking(failed({ id: 57 }));
  expect(await answered.ahead.endOf(57n)).toBeUndefined();
  const stopped = asking(failed({ id: 57 }));
  stopped.ahead.stop();
  await vi.advanceTimersByTimeAsync(100);
  expect(answered.attempt).not.toHaveBeenCalled();
  expect(stopped.attempt).not.toHaveBeenCalled();
});

test('a request under way is given up when nothing was sent', async () => {
  const { attempt, ahead } = asking(failed({ id: 57 }));
  await vi.advanceTimersByTimeAsync(10);
  const signal = attempt.mock.calls[0]?.[2]?.signal;
  expect(signal?.aborted).toBe(false);
  ahead.stop();
  expect(signal?.aborted).toBe(true);
});

test.each<[string, CallEnd]>([
  ['an older attempt', failed({ created_index: 56, id: 57 })],
  ['none yet', { kind: 'error', code: 208, message: 'Never attempted', data: null }],
  ['a payment still under way', { kind: 'error', code: 200, message: 'Timed out', data: null }],
  ['nothing that has a number', { kind: 'result', result: 'odd' }],
])('an answer about %s is no answer', async (_what, end) => {
  const { ahead } = asking(end);
  await vi.advanceTimersByTimeAsync(10);
  expect(await ahead.endOf(57n)).toBeUndefined();
});

test('a payment that settles meanwhile is known by its number, however large', async () => {
  const end: CallEnd = { kind: 'result', result: { id: 2n ** 60n, status: 'complete' } };
  const { ahead } = asking(end);
  await vi.advanceTimersByTimeAsync(10);
  expect(await ahead.endOf(2n ** 60n)).toBe(end);
});
