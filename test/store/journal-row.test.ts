import { expect, test } from 'vitest';
import { StoreError } from '../../src/store/index.ts';
import type { JournalRow } from '../../src/store/journal-columns.ts';
import { feesOf, recordOf, rowOf } from '../../src/store/journal-row.ts';
import { end, intent, invoice, outcome } from './journal-records.ts';

test.each([2n ** 63n, -(2n ** 63n) - 1n])('%d msat is refused, not shortened', (amount) => {
  expect(() => rowOf({ ...intent('a'), amountMsat: amount } as never)).toThrow(RangeError);
  expect(() => rowOf({ ...intent('a'), feeMsat: amount } as never)).toThrow(RangeError);
  expect(() => rowOf({ ...end('a'), movedMsat: amount } as never)).toThrow(RangeError);
  expect(() => rowOf({ ...end('a'), feePaidMsat: amount } as never)).toThrow(RangeError);
});

test('reasons keep their text, less what SQLite has no place for', () => {
  const kept = rowOf(outcome('a', 1, { kind: 'unknown', reason: 'EOF\0 \ud800 – näh' }));
  expect(kept.reason).toBe('EOF\u{fffd} \u{fffd} – näh');
});

test('a row shares no buffer with its record', () => {
  const preimage = new Uint8Array(8192).subarray(100, 132);
  const row = rowOf({ ...invoice('a'), preimage } as never);
  expect(row.preimage?.buffer.byteLength).toBe(32);
});

const broken: [string, Partial<JournalRow>, JournalRow][] = [
  ['of no known kind', { kind: 'dream' }, rowOf(invoice('a'))],
  ['without its preimage', { preimage: null }, rowOf(invoice('a'))],
  ['with no hash of a payment', { payment_hash: 'abc' }, rowOf(invoice('a'))],
  ['with half a route', { route: rowOf(intent('a')).route!.slice(0, 50) }, rowOf(intent('a'))],
  ['of no known outcome', { outcome: 'perhaps' }, rowOf(outcome('a'))],
  ['with no number of an attempt', { attempt_id: 'one' }, rowOf(outcome('a'))],
  ['without an amount', { amount_msat: null }, rowOf(end('a'))],
  ['with an amount below zero', { amount_msat: -1n }, rowOf(intent('a'))],
  ['that no date has', { at_ms: 8_640_000_000_000_001n }, rowOf(end('a'))],
];

test.each(broken)('a row %s is refused as corrupt', (_what, change, row) => {
  expect(() => recordOf(row)).not.toThrow();
  const read = () => recordOf({ ...row, ...change });
  expect(read).toThrow(StoreError);
  expect(read).toThrow(/rebalance a .*keep the file/);
});

const paid = { day: 20_000n, out_channels: '5', in_channels: '6', fee_msat: 7n };

test.each([
  ['over no channel', { out_channels: null }],
  ['into what is no channel', { in_channels: '5,6' }],
  ['of no amount', { fee_msat: null }],
])('fees %s are refused as corrupt', (_what, change) => {
  expect(feesOf(paid)).toMatchObject({ day: 20_000, feeMsat: 7n });
  const read = () => feesOf({ ...paid, ...change });
  expect(read).toThrow(StoreError);
  expect(read).toThrow(/keep the file/);
});
