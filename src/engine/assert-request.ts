/** The checks of a request that need no node. Callers in plain JavaScript have no compiler to tell them. */
import { MAX_SEARCH_MSAT } from '../units/amounts.ts';
import { MAX_ROUTE_CLTV_BLOCKS } from '../units/cltv.ts';
import { isNodeId, tryParseChannelId } from '../units/ids.ts';
import { isAttemptCost, isAttemptCostPpm } from './assert-options.ts';
import { FINAL_CLTV_DELTA, type RebalanceRequest, refuse } from './rebalance-request.ts';
import { MAX_TIMER_MS } from './system-clock.ts';

const MAX_FEE_PPM = 1e9;

/** A field of any type: what a caller without a compiler may have passed. */
type Unchecked<T> = { readonly [Key in keyof T]?: unknown };

/** Every field that a request may have; the compiler keeps the list complete. */
const FIELDS: Readonly<Record<keyof RebalanceRequest, true>> = {
  from: true,
  to: true,
  amountMsat: true,
  minAmountMsat: true,
  totalMsat: true,
  maxFeeMsat: true,
  maxFeePpm: true,
  attemptCostMsat: true,
  attemptCostPpm: true,
  minProbability: true,
  maxAttempts: true,
  deadlineMs: true,
  signal: true,
  maxCltvBlocks: true,
  arrival: true,
  dryRun: true,
  exclude: true,
};

/** @throws RebalanceRequestError where a field is missing, misspelt, of another type, or out of range. */
export function assertRequest(request: RebalanceRequest): void {
  if (!isObject(request)) refuse('a request is an object with `from`, `to`, amountMsat and so on');
  assertNoOtherFields(request);
  const { from, to, dryRun, signal }: Unchecked<RebalanceRequest> = request;
  if (from === undefined && to === undefined) {
    refuse('say which channels should give or get: set `from`, `to` or both');
  }
  assertSelection('from', from);
  assertSelection('to', to);
  assertAmounts(request);
  assertFeeLimits(request);
  assertWhole('maxAttempts', request.maxAttempts, { least: 1, most: 10_000 });
  assertWhole('deadlineMs', request.deadlineMs, { least: 1, most: MAX_TIMER_MS });
  assertWhole('maxCltvBlocks', request.maxCltvBlocks, {
    least: FINAL_CLTV_DELTA + 1,
    most: MAX_ROUTE_CLTV_BLOCKS,
  });
  assertAttempts(request);
  const { arrival } = request;
  if (arrival !== undefined && arrival !== 'strict' && arrival !== 'report') {
    refuse(`arrival must be 'strict' or 'report', but is ${shown(arrival)}`);
  }
  if (dryRun !== undefined && typeof dryRun !== 'boolean') {
    refuse(`dryRun must be true or false, but is ${shown(dryRun)}`);
  }
  if (signal !== undefined && !isSignal(signal)) {
    refuse(`signal must be an AbortSignal, but is ${shown(signal)}`);
  }
  assertExclusions(request.exclude);
}

function assertAttempts(request: Unchecked<RebalanceRequest>): void {
  const { attemptCostMsat, attemptCostPpm, minProbability } = request;
  if (attemptCostMsat !== undefined && !isAttemptCost(attemptCostMsat)) {
    refuse(
      `attemptCostMsat must be a bigint of msat that is not negative, but is ${shown(attemptCostMsat)}`,
    );
  }
  if (attemptCostPpm !== undefined && !isAttemptCostPpm(attemptCostPpm)) {
    refuse(`attemptCostPpm must be a number from 0 to 1,000,000, but is ${shown(attemptCostPpm)}`);
  }
  const isShare = typeof minProbability === 'number' && minProbability >= 0 && minProbability <= 1;
  if (minProbability !== undefined && !isShare) {
    refuse(`minProbability must be a number from 0 to 1, but is ${shown(minProbability)}`);
  }
}

/** A misspelt `dryRun` would send a payment, and a misspelt limit would not hold. */
function assertNoOtherFields(request: object): void {
  for (const name of Object.keys(request)) {
    if (!Object.hasOwn(FIELDS, name)) {
      refuse(`a request has no field "${name}"; its fields are ${Object.keys(FIELDS).join(', ')}`);
    }
  }
}

function assertSelection(side: 'from' | 'to', selection: unknown): void {
  if (selection === undefined) return;
  const names: readonly unknown[] = Array.isArray(selection) ? selection : [selection];
  const odd = names.findIndex((name) => typeof name !== 'string');
  if (odd === -1) return;
  refuse(
    `\`${side}\` must be a string, or an array of strings, with channel ids or node ids, but has ${shown(names[odd])}; ids exceed what a number can hold`,
  );
}

function assertAmounts(request: RebalanceRequest): void {
  const { amountMsat, minAmountMsat = amountMsat, totalMsat = amountMsat } = request;
  assertMsat('amountMsat', amountMsat);
  assertMsat('minAmountMsat', minAmountMsat);
  assertMsat('totalMsat', totalMsat);
  if (amountMsat <= 0n) refuse(`amountMsat must be positive, not ${amountMsat}`);
  if (amountMsat > MAX_SEARCH_MSAT) refuse(`amountMsat must be at most ${MAX_SEARCH_MSAT}`);
  if (minAmountMsat <= 0n || minAmountMsat > amountMsat) {
    refuse(
      `minAmountMsat must lie between 1 and amountMsat (${amountMsat}), not at ${minAmountMsat}`,
    );
  }
  if (totalMsat < amountMsat) {
    refuse(`totalMsat must not be below amountMsat (${amountMsat}), but is ${totalMsat}`);
  }
}

function assertFeeLimits({ maxFeeMsat, maxFeePpm }: RebalanceRequest): void {
  if (maxFeeMsat === undefined && maxFeePpm === undefined) {
    refuse('set maxFeeMsat or maxFeePpm: only you know what moving this liquidity is worth');
  }
  if (maxFeeMsat !== undefined) {
    assertMsat('maxFeeMsat', maxFeeMsat);
    if (maxFeeMsat < 0n) refuse(`maxFeeMsat must not be negative, but is ${maxFeeMsat}`);
  }
  if (maxFeePpm === undefined) return;
  if (typeof maxFeePpm === 'number' && maxFeePpm >= 0 && maxFeePpm <= MAX_FEE_PPM) return;
  refuse(`maxFeePpm must be a number from 0 to 1,000,000,000, but is ${shown(maxFeePpm)}`);
}

/** The search compares ids as they stand, so one in another form would exclude nothing. */
function assertExclusions(exclude: RebalanceRequest['exclude']): void {
  if (exclude === undefined) return;
  if (!isObject(exclude)) refuse('exclude must be an object with nodes, channels or pairs');
  for (const name of Object.keys(exclude)) {
    if (name === 'nodes' || name === 'channels' || name === 'pairs') continue;
    refuse(`exclude has no field "${name}"; its fields are nodes, channels and pairs`);
  }
  const { nodes = [], channels = [], pairs = [] }: Unchecked<typeof exclude> = exclude;
  assertEach('exclude.nodes', nodes, isNode);
  assertEach('exclude.channels', channels, isChannel);
  assertEach('exclude.pairs', pairs, (pair) => isObject(pair) && isPair(pair));
}

function assertEach(name: string, list: unknown, fits: (item: unknown) => boolean): void {
  if (!Array.isArray(list)) refuse(`${name} must be an array, but is ${shown(list)}`);
  const odd = list.findIndex((item) => !fits(item));
  if (odd === -1) return;
  refuse(`${name} has ${shown(list[odd])}; read ids with parseNodeId and parseChannelId first`);
}

const isNode = (item: unknown): boolean => typeof item === 'string' && isNodeId(item);
const isChannel = (item: unknown): boolean =>
  typeof item === 'string' && tryParseChannelId(item) === item;
const isPair = ({ from, to }: { readonly from?: unknown; readonly to?: unknown }): boolean =>
  isNode(from) && isNode(to);

function assertMsat(name: string, value: unknown): void {
  if (typeof value === 'bigint') return;
  refuse(`${name} must be a bigint of msat, such as 1_000_000n, but is ${shown(value)}`);
}

function assertWhole(
  name: string,
  value: unknown,
  range: { readonly least: number; readonly most: number },
): void {
  if (value === undefined) return;
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    if (value >= range.least && value <= range.most) return;
  }
  refuse(
    `${name} must be a whole number from ${range.least} to ${range.most}, but is ${shown(value)}`,
  );
}

/** Not `instanceof`: a signal may come from another realm, as under some test runners. */
export const isSignal = (value: unknown): value is AbortSignal =>
  isObject(value) && 'aborted' in value && 'addEventListener' in value;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A value for a message: text in quotes, so that "5" and 5 differ. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 80)}"`;
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : 'an object';
  return typeof value === 'bigint' ? `${value}n` : String(value);
}
