/** How much a channel must get so that it can carry a forward. */
import type { OwnChannel } from '../ports.ts';

/**
 * On top of what is missing, for what is spendable is an estimate, and other forwards leave meanwhile: a fiftieth of the
 * forward, and 1,000 sat, which covers the commitment fee of one more HTLC at 2,900 sat per 1,000 weight units.
 */
const MARGIN_PART = 50n;
const LEAST_MARGIN_MSAT = 1_000_000n;
/** Where the peer's balance is short, less than that, but not less than this part. */
const LEAST_MARGIN_PART = 4n;

/** Where nothing can be spent, so much may be missing even before that: reserve, and the commitment fee's buffer. */
const RESERVE_PART = 100n;
const BUFFER_SAT = 5_000n;

/** Msat; `undefined` where the channel cannot take in what it takes. */
export function amountToMove(needMsat: bigint, channel: OwnChannel): bigint | undefined {
  const { spendableMsat, receivableMsat } = channel;
  const missingMsat = needMsat - spendableMsat + hiddenMsat(channel);
  const partMsat = needMsat / MARGIN_PART;
  const marginMsat = partMsat > LEAST_MARGIN_MSAT ? partMsat : LEAST_MARGIN_MSAT;
  const wantedMsat = missingMsat + marginMsat;
  if (wantedMsat <= receivableMsat) return wantedMsat;
  const leastMsat = missingMsat + marginMsat / LEAST_MARGIN_PART;
  return leastMsat <= receivableMsat ? receivableMsat : undefined;
}

/** What must come before the first satoshi can be spent; nothing where some can be. */
function hiddenMsat({ spendableMsat, capacitySat, localBalanceSat }: OwnChannel): bigint {
  if (spendableMsat > 0n) return 0n;
  const lockedSat = capacitySat / RESERVE_PART + BUFFER_SAT - localBalanceSat;
  return lockedSat > 0n ? lockedSat * 1000n : 0n;
}
