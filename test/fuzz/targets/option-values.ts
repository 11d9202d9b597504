/** Values of options, addresses, ids and times, as people type them. */
import assert from 'node:assert/strict';
import { CommanderError } from 'commander';
import fc from 'fast-check';
import { UsageError } from '../../../src/cli/exit-codes.ts';
import { count, positiveSats, probability, rate, sats } from '../../../src/cli/option-values.ts';
import { moment, timeRange, timeSpan } from '../../../src/cli/report/time-range.ts';
import { labelledRoute } from '../../../src/node/cln/route-label.ts';
import { parseRestAddress } from '../../../src/node/cln/transport/rest-address.ts';
import { parseLdkServerAddress } from '../../../src/node/ldk-server/address.ts';
import { parseLndAddress } from '../../../src/node/lnd/address.ts';
import { parseLndVersion } from '../../../src/node/lnd/version.ts';
import { NodeError } from '../../../src/node/node-error.ts';
import { hexToBytes } from '../../../src/units/bytes.ts';
import {
  formatChannelId,
  parseChannelId,
  parseNodeId,
  parsePaymentHash,
} from '../../../src/units/ids.ts';
import { NODES, prefixed, textOf } from '../input/like-example.ts';
import type { FuzzTarget } from '../target.ts';

const NOW_MS = Date.UTC(2026, 5, 1);

interface Value {
  readonly examples: readonly string[];
  /** What a sound value is; throws what the reader documents. */
  readonly read: (text: string) => boolean;
}

const isPort = ({ port }: { readonly port: number }): boolean => port >= 0 && port <= 65_535;

const VALUES: readonly Value[] = [
  { examples: ['0', '12', '10000'], read: (text) => count(0, 10_000)(text) <= 10_000 },
  { examples: ['50000', '50,000', '1_000_000'], read: (text) => sats(text) >= 0n },
  { examples: ['1', '21,000,000'], read: (text) => positiveSats(text) > 0n },
  {
    examples: ['0.5', '.25', '1'],
    read: (text) => probability(text) <= 1 && probability(text) >= 0,
  },
  { examples: ['100', '0.5'], read: (text) => rate(text) >= 0 && rate(text) <= 1_000_000 },
  { examples: ['30d', '36h', '8w'], read: (text) => timeSpan(text) > 0 },
  {
    examples: ['2026-02-03', '2026-02-03T15:30Z', '2024-02-29T00:00:00+02:00'],
    read: (text) => {
      const from = moment(text);
      const range = timeRange({ from }, NOW_MS);
      return range.fromMs === from && range.toMs === NOW_MS && new Date(from).toISOString() !== '';
    },
  },
  {
    examples: ['https://127.0.0.1:3010', 'http://localhost', 'https://[::1]:1/a/v1/'],
    read: (text) => isPort(parseRestAddress(text)),
  },
  {
    examples: ['127.0.0.1:10009', 'node', '[::1]:1'],
    read: (text) => isPort(parseLndAddress(text)),
  },
  { examples: ['127.0.0.1:3002', 'node'], read: (text) => isPort(parseLdkServerAddress(text)) },
  {
    examples: ['812345x678x1', '893056453829918721', '1'],
    read: (text) => parseChannelId(formatChannelId(parseChannelId(text))) === parseChannelId(text),
  },
  {
    examples: [NODES[0]!, NODES[2]!.toUpperCase()],
    read: (text) => parseNodeId(text).length === 66,
  },
  { examples: ['ab'.repeat(32)], read: (text) => parsePaymentHash(text).length === 64 },
  { examples: ['', 'abcd'], read: (text) => hexToBytes(text).length * 2 === text.length },
  {
    examples: ['0.20.0-beta.rc2', 'v0.18.5-beta commit=x'],
    read: (text) => {
      const version = parseLndVersion(text);
      return version !== undefined && [version.major, version.minor].every(Number.isSafeInteger);
    },
  },
  {
    examples: ['ballast/1 5@6 101x1x0:4@5 102x1x0:3@4'],
    read: (text) => labelledRoute(text).hops.length > 0,
  },
];

export const target: FuzzTarget = {
  name: 'option-values',
  about: 'values that people type, and names that nodes give back',
  shape: 'text',
  prefixBytes: 1,
  valid: fc
    .nat(VALUES.length - 1)
    .chain((i) => fc.constantFrom(...VALUES[i]!.examples).map((text) => [i, text] as const))
    .map(([i, text]) => prefixed(i, new TextEncoder().encode(text))),
  refusals: [CommanderError, UsageError, NodeError, RangeError],
  acceptedShare: [0.15, 0.8],
  seededCases: 8_000,
  run: (input) => {
    const value = VALUES[(input[0] ?? 0) % VALUES.length]!;
    const text = textOf(input.subarray(1));
    const sound = value.read(text);
    if (!sound) assert.ok(value.examples.length > 0);
    return sound ? 'accepted' : 'refused';
  },
};
