/**
 * What LDK Server can do about its liquidity: change what a channel charges, and move funds between a channel and the
 * chain. Nothing is done without being asked for, and a dry run tells what would be.
 */
import { status } from '@grpc/grpc-js';
import {
  LightningNodeService,
  SpliceInRequest,
  SpliceOutRequest,
  UpdateChannelConfigRequest,
} from '../../generated/services/ldk-server/api.ts';
import type { ChannelConfig } from '../../generated/services/ldk-server/types.ts';
import { type ChannelId, tryParseChannelId } from '../../units/ids.ts';
import type { LdkCalls, UnaryMethod } from './ldk-calls.ts';
import { fetchBalances, type LdkServerChannel } from './own-channels.ts';
import { methodName } from './status-error.ts';

/** `channel` is a short channel id, or LDK's decimal user channel id. */
export type Lever =
  | {
      readonly kind: 'fees';
      readonly channel: string;
      /** What is left out stays as it is. */
      readonly feeBaseMsat?: bigint;
      readonly feeRatePpm?: number;
      /** At least 48. */
      readonly timeLockDelta?: number;
    }
  /** Onto the chain: to our own wallet, or to an address. */
  | {
      readonly kind: 'splice_out';
      readonly channel: string;
      readonly amountSat: bigint;
      readonly address?: string;
    }
  /** From our on-chain wallet into the channel. */
  | { readonly kind: 'splice_in'; readonly channel: string; readonly amountSat: bigint };

/** What pulling a lever does, or would do, to a channel. */
export interface LeverChange {
  readonly userChannelId: string;
  /** `null` where the channel has no known place in the graph. */
  readonly channelId: ChannelId | null;
  /** What it does, for people. */
  readonly summary: string;
  readonly notes: readonly string[];
}

/** What became of pulling a lever. */
export type LeverOutcome =
  /** Nothing was sent. */
  | { readonly kind: 'would'; readonly change: LeverChange }
  | { readonly kind: 'done'; readonly change: LeverChange }
  /** Nothing was sent, or the node refused it. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** No answer: it may have been done. Look before asking again. */
  | { readonly kind: 'unknown'; readonly change: LeverChange; readonly reason: string };

/** What levers are pulled with; part of `LdkServerNode`. */
export interface LeverParts {
  readonly calls: LdkCalls;
  readonly deadlineMs: number;
  readonly channels: () => Promise<readonly LdkServerChannel[]>;
}

/** LDK's least (LDK: `MIN_CLTV_EXPIRY_DELTA`). */
const LEAST_CLTV_DELTA = 48;
const MAX_CLTV_DELTA = 65_535;
const MAX_UINT32 = 2 ** 32 - 1;
/** Below, an output is not relayed whatever its kind (Bitcoin Core: `GetDustThreshold`). */
const DUST_SAT = 546n;
const OLD_TERMS_NOTE = 'peers may go by the old terms for some five minutes';
const SPLICE_NOTES = [
  'LDK Server calls splices experimental, and tells neither transaction nor fee: watch its channels and its wallet',
  'the channel gets another short channel id when the splice confirms, and no further splice until then',
];

/** @throws NodeError where the node cannot be asked about its channels. */
export async function pull(
  lever: Lever,
  { dryRun }: { readonly dryRun: boolean },
  parts: LeverParts,
): Promise<LeverOutcome> {
  const channels = await parts.channels();
  const channel = findChannel(lever.channel, channels);
  if (typeof channel === 'string') return { kind: 'refused', reason: channel };
  const reason = await objection(lever, channel, parts);
  if (reason !== undefined) return { kind: 'refused', reason };
  const change = describe(lever, channel);
  return dryRun ? { kind: 'would', change } : carryOut({ lever, channel, change }, parts);
}

function findChannel(
  name: string,
  channels: readonly LdkServerChannel[],
): LdkServerChannel | string {
  const byUserId = channels.find(({ userChannelId }) => userChannelId === name.trim());
  if (byUserId !== undefined) return byUserId;
  const channelId = tryParseChannelId(name.trim());
  const byId = channels.find(
    ({ mapping }) => mapping.kind === 'mapped' && mapping.channelId === channelId,
  );
  if (channelId !== undefined && byId !== undefined) return byId;
  const twin = channels.find(
    ({ mapping }) =>
      mapping.kind === 'ambiguous' && mapping.candidates.some((one) => one === channelId),
  );
  return twin === undefined
    ? `"${name}" is none of this node's channels; give its short channel id, or its user channel id`
    : `several channels could be "${name}", since LDK Server does not tell short channel ids; give the user channel id`;
}

async function objection(
  lever: Lever,
  channel: LdkServerChannel,
  { calls, deadlineMs }: LeverParts,
): Promise<string | undefined> {
  switch (lever.kind) {
    case 'fees':
      return feesObjection(lever);
    case 'splice_out': {
      if (!channel.usable)
        return 'the channel is not usable now: its peer is offline, or it is being closed';
      if (lever.amountSat < DUST_SAT) return `${lever.amountSat} sat is too little for an output`;
      if (lever.amountSat * 1000n > channel.outboundMsat) {
        return `the channel has ${channel.outboundMsat / 1000n} sat beyond its reserve, less than ${lever.amountSat}`;
      }
      return undefined;
    }
    case 'splice_in': {
      if (!channel.usable)
        return 'the channel is not usable now: its peer is offline, or it is being closed';
      if (lever.amountSat <= 0n) return `${lever.amountSat} sat is no amount`;
      const { spendableOnchainBalanceSats: spendableSat } = await fetchBalances(calls, deadlineMs);
      if (lever.amountSat >= spendableSat) {
        return `the on-chain wallet has ${spendableSat} sat to spend, which does not pay for ${lever.amountSat} and the fee`;
      }
      return undefined;
    }
  }
}

function feesObjection(lever: Extract<Lever, { kind: 'fees' }>): string | undefined {
  const { feeBaseMsat, feeRatePpm, timeLockDelta } = lever;
  if (feeBaseMsat === undefined && feeRatePpm === undefined && timeLockDelta === undefined) {
    return 'nothing to change is given: a base fee, a rate or a time lock';
  }
  const isUint = (value: number, most: number): boolean =>
    Number.isInteger(value) && value >= 0 && value <= most;
  if (feeBaseMsat !== undefined && !isUint(Number(feeBaseMsat), MAX_UINT32)) {
    return `a base fee of ${feeBaseMsat} msat cannot be announced`;
  }
  if (feeRatePpm !== undefined && !isUint(feeRatePpm, MAX_UINT32)) {
    return `a rate of ${feeRatePpm} ppm cannot be announced; give a whole number`;
  }
  if (timeLockDelta === undefined) return undefined;
  return isUint(timeLockDelta, MAX_CLTV_DELTA) && timeLockDelta >= LEAST_CLTV_DELTA
    ? undefined
    : `a time lock of ${timeLockDelta} blocks is not possible with LDK: ${LEAST_CLTV_DELTA} to ${MAX_CLTV_DELTA}`;
}

function describe(lever: Lever, channel: LdkServerChannel): LeverChange {
  const { userChannelId, mapping } = channel;
  const channelId = mapping.kind === 'mapped' ? mapping.channelId : null;
  const named = { userChannelId, channelId };
  switch (lever.kind) {
    case 'fees': {
      const changes = [
        change('base fee', 'msat', channel.feeBaseMsat, lever.feeBaseMsat),
        change('rate', 'ppm', channel.feeRatePpm, lever.feeRatePpm),
        change('time lock', 'blocks', channel.timeLockDelta, lever.timeLockDelta),
      ].filter((text) => text !== '');
      return { ...named, summary: changes.join(', '), notes: [OLD_TERMS_NOTE] };
    }
    case 'splice_out': {
      const to = lever.address ?? "the node's own wallet";
      const summary = `${lever.amountSat} sat out of the channel to ${to}; the fee comes on top, out of the channel`;
      return { ...named, summary, notes: SPLICE_NOTES };
    }
    case 'splice_in': {
      const summary = `${lever.amountSat} sat from the on-chain wallet into the channel; the fee comes on top, out of the wallet`;
      return { ...named, summary, notes: SPLICE_NOTES };
    }
  }
}

function change<T extends bigint | number>(
  what: string,
  unit: string,
  before: T,
  after: T | undefined,
): string {
  return after === undefined ? '' : `${what} ${before} -> ${after} ${unit}`;
}

interface Ready {
  readonly lever: Lever;
  readonly channel: LdkServerChannel;
  readonly change: LeverChange;
}

function carryOut({ lever, channel, change }: Ready, parts: LeverParts): Promise<LeverOutcome> {
  const named = { userChannelId: channel.userChannelId, counterpartyNodeId: channel.peer };
  const service = LightningNodeService;
  switch (lever.kind) {
    case 'fees': {
      const channelConfig = configOf(lever);
      const request = UpdateChannelConfigRequest.fromPartial({ ...named, channelConfig });
      return send({ method: service.updateChannelConfig, request, change }, parts);
    }
    case 'splice_out': {
      const { amountSat: spliceAmountSats, address } = lever;
      const to = address === undefined ? {} : { address };
      const request = SpliceOutRequest.fromPartial({ ...named, spliceAmountSats, ...to });
      return send({ method: service.spliceOut, request, change }, parts);
    }
    case 'splice_in': {
      const amount = { $case: 'spliceAmountSats', value: lever.amountSat } as const;
      const request = SpliceInRequest.fromPartial({ ...named, amount });
      return send({ method: service.spliceIn, request, change }, parts);
    }
  }
}

/** Only what changes: LDK Server keeps what is left out. */
const configOf = (lever: Extract<Lever, { kind: 'fees' }>): Partial<ChannelConfig> => ({
  ...(lever.feeBaseMsat !== undefined && { forwardingFeeBaseMsat: Number(lever.feeBaseMsat) }),
  ...(lever.feeRatePpm !== undefined && { forwardingFeeProportionalMillionths: lever.feeRatePpm }),
  ...(lever.timeLockDelta !== undefined && { cltvExpiryDelta: lever.timeLockDelta }),
});

/** Statuses with which the server says that it did nothing. */
const REFUSALS: ReadonlySet<number> = new Set([
  status.INVALID_ARGUMENT,
  status.FAILED_PRECONDITION,
  status.UNIMPLEMENTED,
  status.UNAUTHENTICATED,
]);

/** Once. A splice that is asked for twice may be made twice. */
async function send<Request, Response>(
  call: {
    readonly method: UnaryMethod<Request, Response>;
    readonly request: Request;
    readonly change: LeverChange;
  },
  { calls, deadlineMs }: LeverParts,
): Promise<LeverOutcome> {
  const { method, request, change } = call;
  const end = await calls.attempt(method, request, deadlineMs);
  if (end.kind === 'response') return { kind: 'done', change };
  const { message } = await calls.explain(end.error, method.path, deadlineMs);
  if (REFUSALS.has(end.error.code)) return { kind: 'refused', reason: message };
  const reason = `${methodName(method.path)} got no answer that tells whether it was done: ${message}`;
  return { kind: 'unknown', change, reason };
}
