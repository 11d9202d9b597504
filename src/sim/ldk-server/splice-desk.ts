/** UpdateChannelConfig, and splices with the wallet that they draw on. */
import type {
  SpliceInRequest,
  SpliceOutRequest,
  SpliceOutResponse,
  UpdateChannelConfigRequest,
} from '../../generated/services/ldk-server/api.ts';
import type { SimulatedChannelView } from '../records.ts';
import { invalidRequest, lightningError } from './rpc-error.ts';
import type { ServedLdkNode } from './served-node.ts';

/** Virtual bytes of the transactions: one output in and one out, and another input with its change. */
const OUT_VBYTES = 190n;
const IN_VBYTES = 250n;
/** Below, an output would not be relayed. */
const DUST_SAT = 546n;
const LEAST_CLTV_DELTA = 48;
const OWN_ADDRESS = 'bcrt1qballastsimulatedwallet';

interface PendingSplice {
  readonly view: SimulatedChannelView;
  /** What the capacity and our balance change by; negative where it goes out. */
  readonly changeSat: bigint;
  /** What reaches our wallet when it has confirmed. */
  readonly toWalletSat: bigint;
}

export class SpliceDesk {
  readonly #served: ServedLdkNode;
  readonly #satPerVbyte: bigint;
  readonly #pending = new Map<string, PendingSplice>();
  onchainSat: bigint;

  constructor(
    served: ServedLdkNode,
    terms: { readonly onchainSat: bigint; readonly satPerVbyte: bigint },
  ) {
    this.#served = served;
    this.onchainSat = terms.onchainSat;
    this.#satPerVbyte = terms.satPerVbyte;
  }

  updateConfig(request: UpdateChannelConfigRequest): void {
    const { channelId } = this.#channel(request.userChannelId, request.counterpartyNodeId);
    const config = request.channelConfig;
    if (config === undefined) throw invalidRequest('no configuration is given');
    const { forwardingFeeBaseMsat, forwardingFeeProportionalMillionths, cltvExpiryDelta } = config;
    if (cltvExpiryDelta !== undefined && cltvExpiryDelta < LEAST_CLTV_DELTA) {
      throw lightningError(`cltv_expiry_delta must be ${LEAST_CLTV_DELTA} at least`);
    }
    this.#served.network.updatePolicy({
      channelId,
      from: this.#served.node.nodeId,
      policy: {
        ...(forwardingFeeBaseMsat !== undefined && { feeBaseMsat: BigInt(forwardingFeeBaseMsat) }),
        ...(forwardingFeeProportionalMillionths !== undefined && {
          feeRatePpm: forwardingFeeProportionalMillionths,
        }),
        ...(cltvExpiryDelta !== undefined && { timeLockDelta: cltvExpiryDelta }),
      },
    });
  }

  spliceIn(request: SpliceInRequest): void {
    const view = this.#free(request.userChannelId, request.counterpartyNodeId);
    const feeSat = IN_VBYTES * this.#satPerVbyte;
    const amountSat =
      request.amount?.$case === 'spliceAmountSats'
        ? request.amount.value
        : this.onchainSat - feeSat;
    if (amountSat <= 0n || amountSat + feeSat > this.onchainSat) {
      throw lightningError('the on-chain wallet lacks the funds');
    }
    this.onchainSat -= amountSat + feeSat;
    this.#pending.set(request.userChannelId, { view, changeSat: amountSat, toWalletSat: 0n });
  }

  spliceOut(request: SpliceOutRequest): SpliceOutResponse {
    const view = this.#free(request.userChannelId, request.counterpartyNodeId);
    const amountSat = request.spliceAmountSats;
    const feeSat = OUT_VBYTES * this.#satPerVbyte;
    const roomSat = view.localBalanceSat - view.localReserveSat;
    if (amountSat < DUST_SAT || amountSat + feeSat > roomSat) {
      throw lightningError('the channel lacks the funds, or the amount is dust');
    }
    const toWalletSat = request.address === undefined ? amountSat : 0n;
    const changeSat = -(amountSat + feeSat);
    this.#pending.set(request.userChannelId, { view, changeSat, toWalletSat });
    return { address: request.address ?? OWN_ADDRESS };
  }

  /** Every splice under way confirms: its channel gets another funding output, capacity and short channel id. */
  confirm(): void {
    const { network, node } = this.#served;
    for (const [userChannelId, splice] of this.#pending) {
      const { channelId } = splice.view;
      const record = network.channelRecord(channelId);
      if (record === undefined) continue;
      const before = network.balances(channelId);
      const balance1Msat =
        record.node1 === before.node1 ? before.balance1Msat : before.balance2Msat;
      const oursMsat = record.node1 === node.nodeId ? splice.changeSat * 1000n : 0n;
      network.removeChannel(channelId);
      const next = network.openChannel({
        node1: record.node1,
        node2: record.node2,
        capacitySat: record.capacitySat + splice.changeSat,
        balance1Msat: balance1Msat + oursMsat,
        policy1: record.policy1,
        policy2: record.policy2,
        private: splice.view.private,
        reserveSat: splice.view.localReserveSat,
        opener: (record.node1 === node.nodeId) === splice.view.initiator ? 1 : 2,
      });
      this.#served.inherit(channelId, next);
      this.onchainSat += splice.toWalletSat;
      this.#pending.delete(userChannelId);
    }
  }

  #channel(userChannelId: string, peer: string): SimulatedChannelView {
    const view = this.#served.channelBy({ userChannelId, peer });
    if (view === undefined) throw lightningError('no channel with that peer has that id');
    return view;
  }

  #free(userChannelId: string, peer: string): SimulatedChannelView {
    const view = this.#channel(userChannelId, peer);
    if (!view.active) throw lightningError('the channel is not usable');
    if (this.#pending.has(userChannelId)) throw lightningError('a splice is under way already');
    return view;
  }
}
