/** listforwards, and `wait` for news of forwards, payments and HTLCs (Core Lightning: `wallet/wallet.c`, `lightningd/wait.c`). */
import type { Failure_FailureCode } from '../../generated/messages/failure.ts';
import { formatChannelId } from '../../units/ids.ts';
import { boltNameOf } from './failure-bytes.ts';
import type { ForwardRow } from './forward-table.ts';
import { type Json, oneOf, type Parameters, shortChannelId, uint32, uint64 } from './parameters.ts';
import type { CommandTable, ServedCln } from './served-cln.ts';

export const FORWARD_COMMANDS: CommandTable = {
  listforwards: {
    names: ['status', 'in_channel', 'out_channel', 'index', 'start', 'limit'],
    run: listForwards,
  },
  wait: { names: ['subsystem', 'indexname', 'nextvalue'], run: wait },
};

async function listForwards({ forwards }: ServedCln, given: Parameters): Promise<Json> {
  const status = given.optional('status', oneOf('offered', 'settled', 'local_failed', 'failed'));
  const inChannel = given.optional('in_channel', shortChannelId);
  const outChannel = given.optional('out_channel', shortChannelId);
  const index = given.optional('index', oneOf('created', 'updated'));
  const start = given.optional('start', uint64) ?? 0n;
  const limit = given.optional('limit', uint32) ?? Number.POSITIVE_INFINITY;
  const at = (row: ForwardRow): bigint =>
    index === 'updated' ? row.updatedIndex : row.createdIndex;
  const meant = forwards.rows.filter(
    (row) =>
      (status === undefined || row.status === status) &&
      (inChannel === undefined || row.inChannel === inChannel) &&
      (outChannel === undefined || row.outChannel === outChannel) &&
      // What was never updated has no place in that order.
      (index === undefined || (at(row) > 0n && at(row) >= start)),
  );
  const ordered = index === 'updated' ? meant.toSorted((a, b) => (at(a) < at(b) ? -1 : 1)) : meant;
  return { forwards: ordered.slice(0, limit).map(shownForward) };
}

function shownForward(row: ForwardRow): Json {
  return {
    created_index: row.createdIndex,
    ...(row.updatedIndex === 0n ? {} : { updated_index: row.updatedIndex }),
    in_channel: formatChannelId(row.inChannel),
    in_htlc_id: row.inHtlcId,
    in_msat: row.inMsat,
    ...(row.outChannel === undefined ? {} : { out_channel: formatChannelId(row.outChannel) }),
    ...(row.outHtlcId === undefined ? {} : { out_htlc_id: row.outHtlcId }),
    ...(row.outMsat === undefined
      ? {}
      : { out_msat: row.outMsat, fee_msat: row.inMsat - row.outMsat }),
    status: row.status,
    style: 'tlv',
    ...(row.wireFailure === undefined ? {} : failureFields(row.wireFailure)),
    received_time: row.receivedTime,
    ...(row.resolvedTime === undefined ? {} : { resolved_time: row.resolvedTime }),
  };
}

function failureFields(wireFailure: number): { readonly [name: string]: Json } {
  const bolt = boltNameOf(wireFailure as Failure_FailureCode);
  return bolt === undefined ? {} : { failcode: bolt.code, failreason: bolt.name };
}

/** Answers once the index has come as far; at once where it has. */
async function wait({ forwards, pays, htlcs }: ServedCln, given: Parameters): Promise<Json> {
  const subsystem = given.required('subsystem', oneOf('forwards', 'sendpays', 'htlcs'));
  const indexName = given.required('indexname', oneOf('created', 'updated', 'deleted'));
  const next = given.required('nextvalue', uint64);
  const source = { forwards, sendpays: pays, htlcs }[subsystem];
  const value = (): bigint => (indexName === 'deleted' ? 0n : source[indexName]);
  while (value() < next) {
    await new Promise<void>((resolve) => {
      const stop = source.onChange(() => {
        stop();
        resolve();
      });
    });
  }
  return { subsystem, [indexName]: value() };
}
