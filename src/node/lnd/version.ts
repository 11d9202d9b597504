/** lnd's version string, such as `0.18.5-beta commit=v0.18.5-beta` or `0.20.0-beta.rc2`. */
import { NodeError } from '../node-error.ts';

export interface LndVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Number of the release candidate; Infinity for a release, which comes after all its candidates. */
  readonly candidate: number;
}

/**
 * The oldest lnd that Ballast works with. Earlier ones lack fields of routes, payments and channels that it reads,
 * and no longer get security fixes.
 */
export const OLDEST_LND: LndVersion = { major: 0, minor: 18, patch: 5, candidate: Infinity };

const VERSION = /^v?([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})(?![0-9.])(?:-([0-9A-Za-z.-]*))?/;
const CANDIDATE = /(?:^|[.-])rc\.?([0-9]{1,9})(?:[.-]|$)/;

/** `undefined` when the text does not begin with three numbers. */
export function parseLndVersion(text: string): LndVersion | undefined {
  const parts = VERSION.exec(text.trim());
  if (parts === null) return undefined;
  const candidate = CANDIDATE.exec(parts[4] ?? '')?.[1];
  return {
    major: Number(parts[1]),
    minor: Number(parts[2]),
    patch: Number(parts[3]),
    candidate: candidate === undefined ? Infinity : Number(candidate),
  };
}

/** Negative when left is older, positive when it is newer, 0 when they are the same. */
export function compareLndVersions(left: LndVersion, right: LndVersion): number {
  for (const part of ['major', 'minor', 'patch', 'candidate'] as const) {
    if (left[part] !== right[part]) return left[part] < right[part] ? -1 : 1;
  }
  return 0;
}

/** @throws NodeError `too_old` when the version is below {@link OLDEST_LND} or cannot be read. */
export function requireSupportedVersion(text: string): void {
  const version = parseLndVersion(text);
  if (version === undefined) {
    throw new NodeError(
      'too_old',
      `lnd calls its version "${text}", which cannot be read; Ballast needs lnd 0.18.5 or newer, so run a released lnd`,
    );
  }
  if (compareLndVersions(version, OLDEST_LND) < 0) {
    throw new NodeError(
      'too_old',
      `this lnd is version ${text}; Ballast needs 0.18.5 or newer, so update lnd`,
    );
  }
}

const FIRST_WITH_18: LndVersion = { major: 0, minor: 21, patch: 0, candidate: 0 };

/** lnd's default of `invoices.holdexpirydelta`: 12 blocks up to 0.20, 18 since. The larger where it cannot be told. */
export function holdExpiryBlocks(text: string): number {
  const version = parseLndVersion(text);
  return version !== undefined && compareLndVersions(version, FIRST_WITH_18) < 0 ? 12 : 18;
}
