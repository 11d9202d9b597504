/** The RPCs about the node's own fees, and what it earned by forwarding. */
import { status } from '@grpc/grpc-js';
import type { LightningServer, LightningService } from '../../generated/services/lightning.ts';
import {
  type ChannelFeeReport,
  type FailedUpdate,
  type PolicyUpdateRequest,
  UpdateFailure,
} from '../../generated/services/policy.ts';
import type { ChannelPolicy } from '../../ports.ts';
import type { ChannelId } from '../../units/ids.ts';
import type { SimulatedChannelView } from '../records.ts';
import { readChannelPoint } from './graph-messages.ts';
import { plainError, RpcError } from './rpc-error.ts';
import type { Methods } from './rpc-methods.ts';
import type { ServedNode } from './served-node.ts';

type PolicyMethods = Pick<
  Methods<typeof LightningService, LightningServer>,
  'feeReport' | 'updateChannelPolicy'
>;

const DAY_NS = 86_400n * 1_000_000_000n;
const MIN_FEE_RATE = 1e-6;
const MIN_TIME_LOCK_DELTA = 18;
const MAX_TIME_LOCK_DELTA = 2016;

export function policyMethods(served: ServedNode): PolicyMethods {
  return {
    feeReport: () => ({
      channelFees: served.node.listChannels().map((view) => feesOf(served, view)),
      dayFeeSum: earnedSat(served, DAY_NS),
      weekFeeSum: earnedSat(served, 7n * DAY_NS),
      monthFeeSum: earnedSat(served, 30n * DAY_NS),
    }),
    updateChannelPolicy: (request) => {
      const policy = readPolicy(request);
      const { targets, failedUpdates } = targetsOf(served, request);
      for (const target of targets) {
        const current = announcedPolicy(served, target.channelId);
        if (current === null) {
          const reason = UpdateFailure.UPDATE_FAILURE_NOT_FOUND;
          const updateError = 'edge policy not found';
          failedUpdates.push(failedUpdate(target.channelPoint, { reason, updateError }));
          continue;
        }
        const changed = { ...largestHtlc(target, current), ...policy };
        const problem = limitProblem(target, current, changed);
        if (problem !== undefined) {
          failedUpdates.push(
            failedUpdate(target.channelPoint, {
              reason: UpdateFailure.UPDATE_FAILURE_INVALID_PARAMETER,
              updateError: problem,
            }),
          );
          continue;
        }
        const from = served.node.nodeId;
        served.network.updatePolicy({ channelId: target.channelId, from, policy: changed });
      }
      return { failedUpdates };
    },
  };
}

/** `null` where this node has announced none for its own channel. */
function announcedPolicy(served: ServedNode, channelId: ChannelId): ChannelPolicy | null {
  const record = served.network.channelRecord(channelId);
  const policy = record?.node1 === served.node.nodeId ? record.policy1 : record?.policy2;
  return policy ?? null;
}

function feesOf(served: ServedNode, view: SimulatedChannelView): ChannelFeeReport {
  const policy = announcedPolicy(served, view.channelId);
  if (policy === null) throw plainError(`no policy for outgoing channel ${view.channelId} `);
  return {
    chanId: view.channelId,
    channelPoint: view.channelPoint,
    baseFeeMsat: policy.feeBaseMsat,
    feePerMil: BigInt(policy.feeRatePpm),
    feeRate: policy.feeRatePpm / 1e6,
    inboundBaseFeeMsat: Number(policy.inboundFeeBaseMsat),
    inboundFeePerMil: policy.inboundFeeRatePpm,
  };
}

function earnedSat(served: ServedNode, periodNs: bigint): bigint {
  const sinceNs = BigInt(Math.floor(served.network.clock.now())) * 1_000_000n - periodNs;
  const feesMsat = served.node
    .forwardingHistory({ sinceNs })
    .reduce((sum, forward) => sum + forward.feeMsat, 0n);
  return feesMsat / 1000n;
}

/** What the request changes. lnd always takes base, rate and delta from it, even where they are left at 0. */
function readPolicy(request: PolicyUpdateRequest): Partial<ChannelPolicy> {
  const { inboundFee } = request;
  checkTimeLockDelta(request.timeLockDelta);
  if (inboundFee !== undefined && inboundFee.baseFeeMsat > 0) {
    throw plainError(
      `positive values for inbound base fee msat are not supported: ${inboundFee.baseFeeMsat}`,
    );
  }
  if (inboundFee !== undefined && inboundFee.feeRatePpm > 0) {
    throw plainError(
      `positive values for inbound fee rate ppm are not supported: ${inboundFee.feeRatePpm}`,
    );
  }
  return {
    feeBaseMsat: request.baseFeeMsat,
    feeRatePpm: readFeeRate(request),
    timeLockDelta: request.timeLockDelta,
    ...(request.maxHtlcMsat !== 0n && { maxHtlcMsat: request.maxHtlcMsat }),
    ...(request.minHtlcMsatSpecified && { minHtlcMsat: request.minHtlcMsat }),
    ...(inboundFee !== undefined && {
      inboundFeeBaseMsat: BigInt(inboundFee.baseFeeMsat),
      inboundFeeRatePpm: inboundFee.feeRatePpm,
    }),
  };
}

function readFeeRate(request: PolicyUpdateRequest): number {
  if (request.feeRate !== 0 && request.feeRatePpm !== 0) {
    throw new RpcError(
      status.INVALID_ARGUMENT,
      'cannot set both FeeRate and FeeRatePpm at the same time',
    );
  }
  if (request.feeRate === 0) return request.feeRatePpm;
  if (request.feeRate < MIN_FEE_RATE) {
    throw plainError(
      `fee rate of ${request.feeRate} is too small, min fee rate is ${MIN_FEE_RATE}`,
    );
  }
  return Math.round(request.feeRate * 1e6);
}

function checkTimeLockDelta(delta: number): void {
  if (delta < MIN_TIME_LOCK_DELTA) {
    throw plainError(
      `time lock delta of ${delta} is too small, minimum supported is ${MIN_TIME_LOCK_DELTA}`,
    );
  }
  if (delta > MAX_TIME_LOCK_DELTA) {
    throw plainError(
      `time lock delta of ${delta} is too big, maximum supported is ${MAX_TIME_LOCK_DELTA}`,
    );
  }
}

function targetsOf(
  served: ServedNode,
  { scope }: PolicyUpdateRequest,
): { targets: readonly SimulatedChannelView[]; failedUpdates: FailedUpdate[] } {
  const own = served.node.listChannels();
  switch (scope?.$case) {
    case 'global':
      return { targets: own, failedUpdates: [] };
    case 'chanPoint': {
      const channelPoint = readChannelPoint(scope.value);
      const target = own.find((view) => view.channelPoint === channelPoint);
      if (target !== undefined) return { targets: [target], failedUpdates: [] };
      const reason = UpdateFailure.UPDATE_FAILURE_NOT_FOUND;
      const failed = failedUpdate(channelPoint, { reason, updateError: 'not found' });
      return { targets: [], failedUpdates: [failed] };
    }
    case undefined:
      throw plainError('unknown scope: <nil>');
  }
}

const mostPendingMsat = (view: SimulatedChannelView): bigint =>
  (view.capacitySat - view.remoteReserveSat) * 1000n;

/** A maximum that is missing, or more than the channel can carry, is put right on the way. */
function largestHtlc(
  view: SimulatedChannelView,
  { maxHtlcMsat }: ChannelPolicy,
): Partial<ChannelPolicy> {
  const mostMsat = mostPendingMsat(view);
  return maxHtlcMsat === null || maxHtlcMsat > mostMsat ? { maxHtlcMsat: mostMsat } : {};
}

/** lnd's checks of one channel's limits (`routing/localchans`, `updateEdge`). */
function limitProblem(
  view: SimulatedChannelView,
  current: ChannelPolicy,
  policy: Partial<ChannelPolicy>,
): string | undefined {
  const min = policy.minHtlcMsat ?? current.minHtlcMsat;
  const mostPending = mostPendingMsat(view);
  const max = policy.maxHtlcMsat ?? current.maxHtlcMsat ?? mostPending;
  if (min < 1n) return `min htlc amount of ${min} mSAT is below min htlc parameter of 1 mSAT`;
  if (max > mostPending) {
    return `max htlc size of ${max} mSAT is above max pending amount of ${mostPending} mSAT`;
  }
  if (min > max) return `min_htlc ${min} mSAT greater than max_htlc ${max} mSAT`;
  return undefined;
}

function failedUpdate(
  channelPoint: string,
  failure: Pick<FailedUpdate, 'reason' | 'updateError'>,
): FailedUpdate {
  const [txidStr = '', index] = channelPoint.split(':');
  const outpoint = { txidStr, outputIndex: Number(index), txidBytes: new Uint8Array(0) };
  return { ...failure, outpoint };
}
