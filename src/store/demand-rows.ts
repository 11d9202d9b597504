/** What may stand in the table of demand. */
import type { DemandRow, DemandState } from '../ports.ts';
import { tryParseChannelId } from '../units/ids.ts';

/** What a store has that was never told of any. */
export const NO_DEMAND: DemandState = { rows: [], watched: { ms: 0, sinceMs: 0, atMs: 0 } };

/**
 * A copy of it.
 *
 * @throws RangeError for what is no demand.
 */
export function checkedDemand({ rows, watched, readToMs }: DemandState): DemandState {
  const { ms, sinceMs, atMs: watchedAtMs } = watched;
  if (![ms, sinceMs, watchedAtMs, readToMs ?? 0].every(isFigure)) {
    throw new RangeError('the demand was watched for a time that is none');
  }
  const seen = new Set<string>();
  return {
    rows: rows.map((row) => {
      assertDemand(row);
      const { channelId, side, kind, msat, squares, feeMsat, atMs } = row;
      const key = `${channelId} ${side} ${kind}`;
      if (seen.has(key)) throw new RangeError(`the demand has ${key} twice`);
      seen.add(key);
      return { channelId, side, kind, msat, squares, feeMsat, atMs };
    }),
    watched: { ms, sinceMs, atMs: watchedAtMs },
    ...(readToMs !== undefined && { readToMs }),
  };
}

const KINDS: ReadonlySet<DemandRow['kind']> = new Set(['served', 'missed', 'failed']);

const isFigure = (value: number): boolean => Number.isFinite(value) && value >= 0;

function assertDemand({ channelId, side, kind, ...figures }: DemandRow): void {
  const named =
    tryParseChannelId(channelId) === channelId &&
    (side === 'out' || side === 'in') &&
    KINDS.has(kind);
  if (!named) throw new RangeError(`a row of demand is of "${channelId}", ${side}, ${kind}`);
  const { msat, squares, feeMsat, atMs } = figures;
  const counted = isFigure(msat) && isFigure(squares) && isFigure(atMs);
  // An inbound discount can make a forward cost us more than it brings.
  if (!counted || !Number.isFinite(feeMsat)) {
    throw new RangeError(`the demand of channel ${channelId} has a figure that is none`);
  }
}
