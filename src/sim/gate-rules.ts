/** How interception differs between versions of lnd (lnd: `lncfg/config.go`, `htlcswitch/held_htlc_set.go`). */
import { lndVersion } from './lnd-version.ts';

export interface GateRules {
  /** A held HTLC is failed this many blocks before it expires. */
  readonly rejectBlocks: number;
  /** One that expires sooner than this is failed instead of being offered (lnd: `DefaultCltvInterceptDelta`). */
  readonly offerBlocks: number;
  /**
   * An offer from the chain names the expiry as the height at which it ends, replaces what was held off chain, and
   * outlives a client. Older versions say 0, leave what is held as it is, and forget the offer with the next block. They
   * also forget an HTLC whose answer was bad, where newer ones keep it.
   */
  readonly keepsHeld: boolean;
}

/** From 0.21.0. */
const WIDER_MARGINS_MINOR = 21;
/** By minor version, the patch that first keeps offers from the chain; every later minor version does. */
const KEEPS_HELD: Readonly<Record<number, number>> = { 20: 3, 21: 1 };

/** @param version As GetInfo tells it. */
export function gateRulesOf(version: string): GateRules {
  const { minor, patch } = lndVersion(version);
  const rejectBlocks = minor >= WIDER_MARGINS_MINOR ? 19 : 13;
  const since = KEEPS_HELD[minor];
  const keepsHeld = since === undefined ? minor > WIDER_MARGINS_MINOR : patch >= since;
  return { rejectBlocks, offerBlocks: rejectBlocks + 3, keepsHeld };
}
