/** Numbers as people read them. */
import { feePpm } from '../../units/amounts.ts';

/** Digits in groups of three: `1,234,567`. */
export function grouped(value: bigint | number): string {
  return value.toLocaleString('en-US');
}

/** A count and what is counted: `1 channel`, `2 channels`. */
export const plural = (count: number, what: string): string =>
  `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;

/** An amount in sat, with the millisatoshi behind a point where there are any: `12,000` or `0.415`. */
export function satFromMsat(amountMsat: bigint): string {
  const [whole, rest] = [amountMsat / 1000n, amountMsat % 1000n];
  return rest === 0n ? grouped(whole) : `${grouped(whole)}.${rest.toString().padStart(3, '0')}`;
}

export function ppm(fee: { feeMsat: bigint; amountMsat: bigint }): string {
  return ratio(feePpm(fee));
}

/** A rate with one digit behind the point where it needs one. */
export function ratio(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

/** A node's name: its alias, or the first characters of its key; long aliases are cut. */
export function nodeName(node: { nodeId: string; alias: string }): string {
  const alias = Array.from(node.alias.trim());
  if (alias.length === 0) return `${node.nodeId.slice(0, 10)}…`;
  return alias.length > 20 ? `${alias.slice(0, 19).join('')}…` : alias.join('');
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 0)} s`;
}
