/** Decayed sums of forwards, by channel, side and kind. */
import type { DemandRow } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { DecayedFlow, type FlowSums } from './decayed-flow.ts';

type Side = DemandRow['side'];
type Kind = DemandRow['kind'];

/** A forward, or the part of one that counts. */
export interface CountedForward {
  readonly inChannelId: ChannelId;
  readonly outChannelId: ChannelId;
  readonly amountInMsat: number;
  readonly amountOutMsat: number;
  readonly atMs: number;
}

export const NO_SUMS: FlowSums = { msat: 0, squares: 0, feeMsat: 0 };

export const added = (a: FlowSums, b: FlowSums): FlowSums => ({
  msat: a.msat + b.msat,
  squares: a.squares + b.squares,
  feeMsat: a.feeMsat + b.feeMsat,
});

/** Less than this is forgotten, msat. */
const LEAST_SUM_MSAT = 1_000;

export class DemandSums {
  readonly #halfLifeMs: number;
  readonly #sums = new Map<string, { readonly key: Key; readonly flow: DecayedFlow }>();

  constructor(halfLifeMs: number) {
    this.#halfLifeMs = halfLifeMs;
  }

  /** Sums that others have made. */
  addRows(rows: readonly DemandRow[]): void {
    for (const row of rows) this.#flow(row).add(row);
  }

  /** The fee counts in full on both sides: it is never to be added over them. */
  add(kind: Kind, forward: CountedForward): void {
    const { inChannelId, outChannelId, amountInMsat, amountOutMsat, atMs } = forward;
    const feeMsat = amountInMsat - amountOutMsat;
    const out = this.#flow({ channelId: outChannelId, side: 'out', kind });
    out.add({ msat: amountOutMsat, feeMsat, atMs });
    const into = this.#flow({ channelId: inChannelId, side: 'in', kind });
    into.add({ msat: amountInMsat, feeMsat, atMs });
  }

  /** What is left of them now. */
  rows(nowMs: number): readonly DemandRow[] {
    const rows: DemandRow[] = [];
    for (const [name, { key, flow }] of this.#sums) {
      const sums = flow.at(nowMs);
      if (sums.msat < LEAST_SUM_MSAT) this.#sums.delete(name);
      else rows.push({ ...key, ...sums, atMs: nowMs });
    }
    return rows;
  }

  #flow({ channelId, side, kind }: Key): DecayedFlow {
    const key = { channelId, side, kind };
    const name = nameOf(key);
    const known = this.#sums.get(name);
    if (known !== undefined) return known.flow;
    const flow = new DecayedFlow(this.#halfLifeMs);
    this.#sums.set(name, { key, flow });
    return flow;
  }
}

type Key = Pick<DemandRow, 'channelId' | 'side' | 'kind'>;

const nameOf = ({ channelId, side, kind }: Key): string => `${channelId} ${side} ${kind}`;

/** Sums of one channel. */
export type ChannelSums = Readonly<Record<Side, Readonly<Record<Kind, FlowSums>>>>;

/** Of rows as they stand at one time; `listedId` may make one channel of several. */
export function sumsByChannel(
  rows: readonly DemandRow[],
  listedId: (channelId: ChannelId) => ChannelId,
): ReadonlyMap<ChannelId, ChannelSums> {
  const byChannel = new Map<ChannelId, Record<Side, Record<Kind, FlowSums>>>();
  for (const row of rows) {
    const channelId = listedId(row.channelId);
    let sums = byChannel.get(channelId);
    if (sums === undefined) {
      sums = { out: noKinds(), in: noKinds() };
      byChannel.set(channelId, sums);
    }
    sums[row.side][row.kind] = added(sums[row.side][row.kind], row);
  }
  return byChannel;
}

const noKinds = (): Record<Kind, FlowSums> => ({
  served: NO_SUMS,
  missed: NO_SUMS,
  failed: NO_SUMS,
});
