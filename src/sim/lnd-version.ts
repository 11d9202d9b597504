/** The version that a simulated lnd calls itself, for behaviour that has changed over time. */

/** The one whose ways nodes have where nothing says otherwise. */
export const NEWEST_VERSION = '0.22.0-beta';

/** Reads `0.20.1-beta` and the like; what it cannot read counts as the newest. */
export function lndVersion(version: string): { readonly minor: number; readonly patch: number } {
  const parts = /^0\.(\d+)\.(\d+)/.exec(version) ?? /^0\.(\d+)\.(\d+)/.exec(NEWEST_VERSION)!;
  return { minor: Number(parts[1]), patch: Number(parts[2]) };
}
