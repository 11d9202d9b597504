/**
 * What becomes of forwards, as it happens: `wait` answers as soon as the counter of forwards made, or of those changed,
 * goes on, and `listforwards` then has each of them by its number, so that none is missed while the connection holds.
 * Payments that begin or end at our node are not among forwards, and not told.
 */
import type { HtlcEventNews, HtlcNews, HtlcRefusal, StopSignal } from '../../ports.ts';
import { NodeError } from '../node-error.ts';
import { type ClnCalls, resultOf } from './cln-calls.ts';
import { ClnObject, oddAnswer } from './cln-object.ts';
import { type CountedIndex, currentIndex } from './indexes.ts';

type IndexName = CountedIndex['indexname'];

const PAGE_SIZE = 1_000;
/** Then it is asked again: a connection that is only half there would be waited on for ever. */
const WAIT_MS = 600_000;

/** Ends quietly when the signal aborts. @throws NodeError where contact is lost */
export async function* htlcEvents(
  calls: ClnCalls,
  { signal }: { readonly signal: StopSignal },
): AsyncGenerator<HtlcNews, void, undefined> {
  if (signal.aborted) return;
  const [created, updated] = await Promise.all([
    currentIndex(calls, { subsystem: 'forwards', indexname: 'created' }),
    currentIndex(calls, { subsystem: 'forwards', indexname: 'updated' }),
  ]);
  const told = { created: created ?? 0n, updated: updated ?? 0n };
  yield { kind: 'listening' };
  const ended = new AbortController();
  const end = (): void => ended.abort();
  signal.addEventListener('abort', end, { once: true });
  const waiting = {
    created: nextAfter(calls, 'created', told.created, ended.signal),
    updated: nextAfter(calls, 'updated', told.updated, ended.signal),
  };
  try {
    while (!signal.aborted) {
      const name = await Promise.race([waiting.created, waiting.updated]);
      if (signal.aborted) return;
      for await (const { index, news } of listedAfter(calls, name, told[name])) {
        told[name] = index;
        yield* news;
        if (signal.aborted) return;
      }
      waiting[name] = nextAfter(calls, name, told[name], ended.signal);
    }
  } finally {
    signal.removeEventListener('abort', end);
    end();
    for (const wait of Object.values(waiting)) wait.catch(() => {});
  }
}

/** Resolves once the counter has gone on, or it is time to look. */
async function nextAfter(
  calls: ClnCalls,
  indexname: IndexName,
  last: bigint,
  signal: StopSignal,
): Promise<IndexName> {
  const params = { subsystem: 'forwards', indexname, nextvalue: last + 1n };
  const end = await calls.attempt('wait', params, { signal, waitMs: WAIT_MS });
  const isLate =
    end.kind === 'lost' && end.error instanceof NodeError && end.error.code === 'deadline';
  if (!signal.aborted && !isLate) resultOf('wait', end);
  return indexname;
}

interface Listed {
  readonly index: bigint;
  readonly news: readonly HtlcEventNews[];
}

async function* listedAfter(
  calls: ClnCalls,
  indexname: IndexName,
  last: bigint,
): AsyncGenerator<Listed, void, undefined> {
  for (let start = last + 1n; ; ) {
    const asked = start;
    const params = { index: indexname, start, limit: PAGE_SIZE };
    const answer = await calls.call('listforwards', params, { lane: 'quick' });
    const forwards = new ClnObject('listforwards', answer).list('forwards');
    for (const forward of forwards) {
      const index = forward.optionalBig(`${indexname}_index`) ?? start;
      yield { index, news: indexname === 'created' ? begun(forward) : ended(forward) };
      if (index >= start) start = index + 1n;
    }
    if (forwards.length < PAGE_SIZE) return;
    // It would be asked the same for ever.
    if (start === asked)
      throw oddAnswer('listforwards', 'with forwards from before those asked for');
  }
}

/** It may have ended since; that is told by the counter of changes. */
function begun(forward: ClnObject): readonly HtlcEventNews[] {
  const atMs = forward.timeMs('received_time');
  if (forward.text('status') !== 'local_failed') {
    return [{ ...common(forward, atMs), kind: 'went_out', ...termsOf(forward) }];
  }
  // One that was refused after it had gone out is counted as changed as well.
  return forward.has('updated_index') ? [] : [refused(forward, atMs)];
}

function ended(forward: ClnObject): readonly HtlcEventNews[] {
  const atMs = forward.has('resolved_time')
    ? forward.timeMs('resolved_time')
    : forward.timeMs('received_time');
  const news = common(forward, atMs);
  switch (forward.text('status')) {
    case 'settled':
      return [
        { ...news, kind: 'settled' },
        { ...news, kind: 'resolved', settled: true },
      ];
    case 'failed':
      return [
        { ...news, kind: 'failed_onward' },
        { ...news, kind: 'resolved', settled: false },
      ];
    case 'local_failed':
      return [refused(forward, atMs)];
    default:
      return [];
  }
}

const refused = (forward: ClnObject, atMs: number): HtlcEventNews => ({
  ...common(forward, atMs),
  kind: 'refused',
  refusal: refusalOf(forward.optionalCount('failcode')),
  ...termsOf(forward),
});

function common(forward: ClnObject, atMs: number) {
  const outChannelId = forward.optionalChannelId('out_channel');
  return {
    atMs,
    purpose: 'forward' as const,
    in: {
      channelId: forward.channelId('in_channel'),
      htlcId: forward.optionalBig('in_htlc_id') ?? 0n,
    },
    out:
      outChannelId === undefined
        ? null
        : { channelId: outChannelId, htlcId: forward.optionalBig('out_htlc_id') ?? 0n },
  };
}

/**
 * Of what never went out lightningd keeps no amount for the way out; it is the one that came in less our fee, so the
 * former stands for it.
 */
function termsOf(forward: ClnObject) {
  const amountInMsat = forward.msat('in_msat');
  const stands = forward.has('out_channel') ? amountInMsat : 0n;
  return { amountInMsat, amountOutMsat: forward.optionalMsat('out_msat') ?? stands };
}

/**
 * By BOLT 4's number. lightningd refuses with temporary_channel_failure for want of balance, and rarely because the peer
 * has just left: the two cannot be told apart here.
 */
function refusalOf(failcode: number | undefined): HtlcRefusal {
  switch (failcode) {
    case 0x1007:
      return 'INSUFFICIENT_BALANCE';
    case 0x400a:
      return 'LINK_NOT_ELIGIBLE';
    case 0x1014:
      return 'FORWARDS_DISABLED';
    case undefined:
      return 'UNKNOWN';
    default:
      return 'NO_DETAIL';
  }
}
