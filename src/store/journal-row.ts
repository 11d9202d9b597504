/** Journal records as rows of the table, and back. */
import { Failure } from '../generated/messages/failure.ts';
import { Route } from '../generated/messages/route.ts';
import type { FeesPaid, JournalRecord, SendOutcome } from '../ports.ts';
import {
  type ChannelId,
  isNodeId,
  isPaymentHash,
  type NodeId,
  type PaymentHash,
  parseChannelId,
  tryParseChannelId,
} from '../units/ids.ts';
import { LATEST_DATE_MS } from '../units/time.ts';
import { type FeesRow, type JournalRow, NOTHING } from './journal-columns.ts';
import { StoreError } from './store-error.ts';

/** Shares no bytes with the record. */
export function rowOf(record: JournalRecord): JournalRow {
  const { kind, rebalanceId, atMs } = record;
  const row = { ...NOTHING, rebalance_id: rebalanceId, kind, at_ms: BigInt(Math.floor(atMs)) };
  switch (record.kind) {
    case 'start':
      return {
        ...row,
        node_id: record.self,
        amount_msat: storable(record.amountMsat),
        out_channels: record.outChannels.join(','),
        in_channels: record.inChannels.join(','),
      };
    case 'invoice':
      return { ...row, payment_hash: record.paymentHash, preimage: ownCopy(record.preimage) };
    case 'intent':
      return {
        ...row,
        payment_hash: record.paymentHash,
        attempt: BigInt(record.attempt),
        route: ownCopy(Route.encode(record.route).finish()),
        block_height: BigInt(record.blockHeight),
        amount_msat: storable(record.amountMsat),
        fee_msat: storable(record.feeMsat),
        out_channels: record.outChannelId,
        in_channels: record.inChannelId,
      };
    case 'outcome':
      return {
        ...row,
        payment_hash: record.paymentHash,
        attempt: BigInt(record.attempt),
        ...outcomeColumns(record.outcome),
      };
    case 'end':
      return {
        ...row,
        reason: storableText(record.reason),
        amount_msat: storable(record.movedMsat),
        fee_msat: storable(record.feePaidMsat),
      };
  }
}

function outcomeColumns(outcome: SendOutcome): Partial<JournalRow> {
  switch (outcome.kind) {
    case 'settled':
      return {
        outcome: outcome.kind,
        preimage: ownCopy(outcome.preimage),
        attempt_id: outcome.attemptId.toString(),
      };
    case 'failed':
      return {
        outcome: outcome.kind,
        failure: ownCopy(Failure.encode(outcome.failure).finish()),
        attempt_id: outcome.attemptId.toString(),
      };
    case 'not_sent':
    case 'unknown':
      return { outcome: outcome.kind, reason: storableText(outcome.reason) };
  }
}

/** Node before 24 reads text only up to the first NUL, and UTF-8 has no lone surrogates. */
const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\u{fffd}');

/** A clone of a view would bring its whole buffer along. */
const ownCopy = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

/** All bitcoin there will be are 2.1 x 10^18 msat, so what does not fit is no amount. */
function storable(msat: bigint): bigint {
  if (BigInt.asIntN(64, msat) === msat) return msat;
  throw new RangeError(`${msat} msat is more than there is; an amount fits 63 bits`);
}

/** @throws StoreError `corrupt` for a row that no record makes. */
export function recordOf(row: JournalRow): JournalRecord {
  try {
    return decoded(row);
  } catch (error) {
    const { rebalance_id, kind } = row;
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError(
      'corrupt',
      `the journal of rebalance ${rebalance_id} has an unreadable record (${kind}: ${why}); ` +
        'keep the file, ask the node which payments are under way, and go on with a new file',
      { cause: error },
    );
  }
}

function decoded(row: JournalRow): JournalRecord {
  const base = { rebalanceId: row.rebalance_id, atMs: dateIn(row) };
  switch (row.kind) {
    case 'start':
      return {
        ...base,
        kind: 'start',
        self: nodeIdIn(row),
        amountMsat: amountIn(row),
        outChannels: channelIds(present(row, 'out_channels')),
        inChannels: channelIds(present(row, 'in_channels')),
      };
    case 'invoice':
      return {
        kind: 'invoice',
        ...base,
        paymentHash: paymentHashIn(row),
        preimage: present(row, 'preimage'),
      };
    case 'intent':
      return {
        kind: 'intent',
        ...base,
        attempt: Number(present(row, 'attempt')),
        paymentHash: paymentHashIn(row),
        route: Route.decode(present(row, 'route')),
        blockHeight: Number(present(row, 'block_height')),
        amountMsat: amountIn(row),
        feeMsat: present(row, 'fee_msat'),
        outChannelId: parseChannelId(present(row, 'out_channels')),
        inChannelId: parseChannelId(present(row, 'in_channels')),
      };
    case 'outcome':
      return {
        kind: 'outcome',
        ...base,
        attempt: Number(present(row, 'attempt')),
        paymentHash: paymentHashIn(row),
        outcome: outcomeIn(row),
      };
    case 'end':
      return {
        kind: 'end',
        ...base,
        reason: present(row, 'reason'),
        feePaidMsat: present(row, 'fee_msat'),
        movedMsat: amountIn(row),
      };
  }
  throw new RangeError('no such kind');
}

function outcomeIn(row: JournalRow): SendOutcome {
  switch (row.outcome) {
    case 'settled': {
      const attemptId = BigInt(present(row, 'attempt_id'));
      return { kind: 'settled', preimage: present(row, 'preimage'), attemptId };
    }
    case 'failed': {
      const attemptId = BigInt(present(row, 'attempt_id'));
      return { kind: 'failed', failure: Failure.decode(present(row, 'failure')), attemptId };
    }
    case 'not_sent':
    case 'unknown':
      return { kind: row.outcome, reason: present(row, 'reason') };
  }
  throw new RangeError(`no such outcome: ${row.outcome}`);
}

/** @throws StoreError `corrupt` for a row that no records make. */
export function feesOf(row: FeesRow): FeesPaid {
  const { day, out_channels, in_channels, fee_msat } = row;
  const outChannelId = tryParseChannelId(out_channels ?? '');
  const inChannelId = tryParseChannelId(in_channels ?? '');
  if (outChannelId === undefined || inChannelId === undefined || fee_msat === null) {
    throw new StoreError(
      'corrupt',
      `the journal has fees that cannot be read (${fee_msat} msat from "${out_channels}" to "${in_channels}"); ` +
        'keep the file, ask the node which payments are under way, and go on with a new file',
    );
  }
  return { day: Number(day), outChannelId, inChannelId, feeMsat: fee_msat };
}

const channelIds = (list: string): ChannelId[] =>
  list === '' ? [] : list.split(',').map(parseChannelId);

function nodeIdIn(row: JournalRow): NodeId {
  const nodeId = present(row, 'node_id');
  if (isNodeId(nodeId)) return nodeId;
  throw new RangeError(`no node id: ${nodeId}`);
}

function paymentHashIn(row: JournalRow): PaymentHash {
  const paymentHash = present(row, 'payment_hash');
  if (isPaymentHash(paymentHash)) return paymentHash;
  throw new RangeError(`no payment hash: ${paymentHash}`);
}

function dateIn(row: JournalRow): number {
  const atMs = Number(row.at_ms);
  if (Math.abs(atMs) <= LATEST_DATE_MS) return atMs;
  throw new RangeError(`no date: ${row.at_ms}`);
}

function amountIn(row: JournalRow): bigint {
  const msat = present(row, 'amount_msat');
  if (msat >= 0n) return msat;
  throw new RangeError(`amount_msat is negative: ${msat}`);
}

function present<Name extends keyof JournalRow>(
  row: JournalRow,
  name: Name,
): NonNullable<JournalRow[Name]> {
  const value = row[name];
  if (value === null) throw new RangeError(`${name} is missing`);
  return value;
}
