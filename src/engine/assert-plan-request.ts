/** The checks of a plan's request that need no node. Callers in plain JavaScript have no compiler to tell them. */
import type { ChannelDemand, Flow } from '../planner/demand.ts';
import {
  type ChannelRule,
  type ChannelSettings,
  type PlanRequest,
  PlanRequestError,
} from '../planner/rebalance-plan-request.ts';
import { MAX_SEARCH_MSAT } from '../units/amounts.ts';
import { MAX_ROUTE_CLTV_BLOCKS } from '../units/cltv.ts';
import { isNodeId, tryParseChannelId } from '../units/ids.ts';
import { DAY_MS } from '../units/time.ts';
import { isAttemptCost, isAttemptCostPpm } from './assert-options.ts';
import { FINAL_CLTV_DELTA } from './rebalance-request.ts';

/** What a field has to be, for a message, and whether a value is that. */
interface Kind {
  readonly is: (value: unknown) => boolean;
  readonly what: string;
}

type Fields<T> = { readonly [Name in keyof Required<T>]: Kind };

const oneOf = (...values: readonly string[]): Kind => ({
  is: (value) => values.includes(value as string),
  what: values
    .map((value) => `'${value}'`)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1'),
});
const number = (least: number, most: number): Kind => ({
  is: (value) => typeof value === 'number' && value >= least && value <= most,
  what: `a number from ${grouped(least)} to ${grouped(most)}`,
});
const whole = (least: number, most: number): Kind => ({
  is: (value) => Number.isSafeInteger(value) && number(least, most).is(value),
  what: `a whole number from ${grouped(least)} to ${grouped(most)}`,
});
const msat = (least: bigint): Kind => ({
  is: (value) => typeof value === 'bigint' && value >= least && value <= MAX_SEARCH_MSAT,
  what: `a bigint of msat from ${least} to ${MAX_SEARCH_MSAT}`,
});
const isName = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
const NAMES: Kind = {
  is: (value) => isName(value) || (Array.isArray(value) && value.every(isName)),
  what: 'a name, or a list of names: channel ids, node ids, aliases or tags',
};
const grouped = (value: number): string => value.toLocaleString('en-US');

const YEAR_MS = 365 * DAY_MS;
const MINUTE_MS = 60 * 1000;
/** Checked field by field further down. */
const OBJECT: Kind = { is: (value) => isObject(value) && !Array.isArray(value), what: 'an object' };
const LIST: Kind = { is: Array.isArray, what: 'a list' };

const SETTINGS: Fields<ChannelSettings> = {
  use: oneOf('both', 'source', 'target', 'none'),
  targetRatio: number(0, 1),
  minRatio: number(0, 1),
  maxRatio: number(0, 1),
  maxFeePpm: number(0, 1_000_000),
  earnedShare: number(0, 1),
  coolDownMs: number(0, YEAR_MS),
};
const RULE: Fields<ChannelRule> = { ...SETTINGS, channels: NAMES };
const FLOW: Fields<Flow> = {
  msatPerDay: number(0, Number(MAX_SEARCH_MSAT)),
  squaresPerDay: number(0, Number.MAX_VALUE),
  feeMsatPerDay: number(0, Number(MAX_SEARCH_MSAT)),
};
const DEMAND: Fields<ChannelDemand> = {
  channelId: {
    is: (value) => typeof value === 'string' && tryParseChannelId(value) === value,
    what: 'a channel id; parseChannelId reads one',
  },
  out: OBJECT,
  in: OBJECT,
};
const AVOID: Fields<NonNullable<PlanRequest['avoid']>> = {
  nodes: listOf('node ids', (value) => typeof value === 'string' && isNodeId(value)),
  channels: listOf('channel ids', DEMAND.channelId.is),
  pairs: listOf('pairs of node ids', (value) => {
    if (!isObject(value)) return false;
    const { from, to } = value as { from?: unknown; to?: unknown };
    return [from, to].every((id) => typeof id === 'string' && isNodeId(id));
  }),
};
const REQUEST: Fields<PlanRequest> = {
  strategy: oneOf('economic', 'balance', 'explicit'),
  settings: OBJECT,
  rules: LIST,
  tags: OBJECT,
  include: NAMES,
  exclude: NAMES,
  sources: NAMES,
  targets: NAMES,
  horizonMs: number(MINUTE_MS, YEAR_MS),
  fillAheadMs: number(MINUTE_MS, YEAR_MS),
  forecastShare: {
    is: (value) => typeof value === 'number' && value > 0 && value <= 1,
    what: 'a number above 0 and up to 1',
  },
  historyMs: number(MINUTE_MS, YEAR_MS),
  halfLifeMs: number(MINUTE_MS, YEAR_MS),
  demand: LIST,
  amountsMsat: {
    is: (value) =>
      Array.isArray(value) && value.length > 0 && value.length <= 8 && value.every(msat(1n).is),
    what: `a list of one to eight amounts, each ${msat(1n).what}`,
  },
  minAmountMsat: msat(1n),
  attemptCostMsat: { is: isAttemptCost, what: 'a bigint of msat that is not negative' },
  attemptCostPpm: { is: isAttemptCostPpm, what: 'a number from 0 to 1,000,000' },
  minBenefitMsat: msat(0n),
  maxMoves: whole(1, 1000),
  quietMs: number(0, YEAR_MS),
  maxQuietMs: number(0, YEAR_MS),
  maxCltvBlocks: whole(FINAL_CLTV_DELTA + 1, MAX_ROUTE_CLTV_BLOCKS),
  avoid: OBJECT,
};

/** @throws PlanRequestError where a field is missing, misspelt, of another type, or out of range. */
export function assertPlanRequest(request: PlanRequest): void {
  assertFields('a plan', request, REQUEST);
  const { settings, rules, tags, demand, avoid } = request;
  if (settings !== undefined) assertFields('settings', settings, SETTINGS);
  for (const [i, rule] of (rules ?? []).entries()) {
    assertFields(`rules[${i}]`, rule, RULE);
    if (rule.channels === undefined) refuse(`rules[${i}].channels is missing; name channels`);
  }
  for (const [tag, names] of Object.entries(tags ?? {})) assertKind(`tags.${tag}`, names, NAMES);
  for (const [i, channel] of (demand ?? []).entries()) {
    const at = `demand[${i}]`;
    assertFields(at, channel, DEMAND);
    for (const name of ['channelId', 'out', 'in'] as const) {
      if (channel[name] === undefined) refuse(`${at}.${name} is missing`);
    }
    for (const name of ['out', 'in'] as const) {
      assertFields(`${at}.${name}`, channel[name], FLOW);
      for (const part of ['msatPerDay', 'squaresPerDay'] as const) {
        if (channel[name][part] === undefined) refuse(`${at}.${name}.${part} is missing`);
      }
    }
  }
  if (avoid !== undefined) assertFields('avoid', avoid, AVOID);
}

/** A misspelt limit would not hold. */
function assertFields<T>(where: string, value: T, fields: Fields<T>): void {
  if (!isObject(value)) refuse(`${where} must be an object, but is ${shown(value)}`);
  const isRequest = where === 'a plan';
  for (const [name, field] of Object.entries(value)) {
    if (!Object.hasOwn(fields, name)) {
      refuse(`${where} has no field "${name}"; its fields are ${Object.keys(fields).join(', ')}`);
    }
    const kind = fields[name as keyof T];
    if (field !== undefined) assertKind(isRequest ? name : `${where}.${name}`, field, kind);
  }
}

function assertKind(name: string, value: unknown, { is, what }: Kind): void {
  if (!is(value)) refuse(`${name} must be ${what}, but is ${shown(value)}`);
}

function listOf(what: string, is: (value: unknown) => boolean): Kind {
  return { is: (value) => Array.isArray(value) && value.every(is), what: `a list of ${what}` };
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 80)}"`;
  if (Array.isArray(value)) return `[${value.slice(0, 8).map(shown).join(', ')}]`;
  if (isObject(value)) return 'an object';
  return typeof value === 'bigint' ? `${value}n` : String(value);
}

function refuse(message: string): never {
  throw new PlanRequestError(message);
}
