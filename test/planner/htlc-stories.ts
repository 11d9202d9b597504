/** News of HTLCs for tests: what the node tells of one, in the order in which it happens. */
import type { HtlcEventNews, HtlcRefusal } from '../../src/ports.ts';
import { type ChannelId, parseChannelId } from '../../src/units/ids.ts';

export const START_MS = 1_767_225_600_000;

export const channel = (n: number): ChannelId => parseChannelId(String((100n + BigInt(n)) << 40n));

export interface Story {
  /** Id of the HTLC that came in. */
  readonly id: number;
  readonly from?: number;
  readonly to?: number;
  readonly outSat?: number;
  readonly feeSat?: number;
  readonly atMs?: number;
}

interface Told {
  readonly from: ChannelId;
  readonly to: ChannelId;
  readonly amountInMsat: bigint;
  readonly amountOutMsat: bigint;
  readonly atMs: number;
}

export function told({ from = 1, to = 2, outSat = 100_000, feeSat = 100, ...story }: Story): Told {
  return {
    from: channel(from),
    to: channel(to),
    amountInMsat: BigInt(Math.round((outSat + feeSat) * 1000)),
    amountOutMsat: BigInt(Math.round(outSat * 1000)),
    atMs: story.atMs ?? START_MS,
  };
}

function parts(story: Story) {
  const { from, to, atMs, amountInMsat, amountOutMsat } = told(story);
  const into = { channelId: from, htlcId: BigInt(story.id) };
  const forward = {
    in: into,
    out: { channelId: to, htlcId: BigInt(1000 + story.id) },
    atMs,
    purpose: 'forward',
  } as const;
  const terms = { amountInMsat, amountOutMsat };
  return { into, forward, terms, atMs };
}

/** The incoming side is resolved: lnd names neither the kind of HTLC nor where it went. */
const resolved = (story: Story, settled: boolean, laterMs: number): HtlcEventNews => {
  const { into, atMs } = parts(story);
  return {
    kind: 'resolved',
    in: into,
    out: null,
    purpose: 'unknown',
    atMs: atMs + laterMs,
    settled,
  };
};

export function settledStory(story: Story): readonly HtlcEventNews[] {
  const { forward, terms, atMs } = parts(story);
  return [
    { ...forward, kind: 'went_out', ...terms },
    { ...forward, kind: 'settled', atMs: atMs + 1000 },
    resolved(story, true, 1000),
  ];
}

export function failedStory(story: Story): readonly HtlcEventNews[] {
  const { forward, terms, atMs } = parts(story);
  return [
    { ...forward, kind: 'went_out', ...terms },
    { ...forward, kind: 'failed_onward', atMs: atMs + 1000 },
    resolved(story, false, 1000),
  ];
}

export function refusedStory(
  story: Story & { readonly refusal?: HtlcRefusal },
): readonly HtlcEventNews[] {
  const { forward, terms } = parts(story);
  const refusal = story.refusal ?? 'INSUFFICIENT_BALANCE';
  const out = { ...forward.out, htlcId: 0n };
  return [{ ...forward, out, kind: 'refused', refusal, ...terms }, resolved(story, false, 0)];
}

/** A rebalance of our own: it leaves over one channel of ours and arrives over another one. */
export function ownStory(story: Story): readonly HtlcEventNews[] {
  const { forward, terms, atMs, into } = parts(story);
  const send = { ...forward, in: null, purpose: 'send' } as const;
  return [
    { ...send, kind: 'went_out', ...terms, amountInMsat: 0n },
    { kind: 'settled', in: into, out: null, purpose: 'receive', atMs },
    resolved(story, true, 0),
    { ...send, kind: 'settled' },
  ];
}

/** Every order of every part of a list, the empty one included. */
export function* arrangements<T>(items: readonly T[]): Generator<readonly T[]> {
  yield [];
  for (const [place, first] of items.entries()) {
    const others = items.filter((_, other) => other !== place);
    for (const rest of arrangements(others)) yield [first, ...rest];
  }
}

/** Every order of all of them; the same object may be there more than once. */
export function* orders<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length === 0) yield [];
  const begun = new Set<T>();
  for (const [place, first] of items.entries()) {
    if (begun.has(first)) continue;
    begun.add(first);
    for (const rest of orders(items.toSpliced(place, 1))) yield [first, ...rest];
  }
}
