/** An LDK network and a simulated one with the same nodes, channels, terms and balances, on which the same things happen. */
import type { Route } from '../../../src/generated/messages/route.ts';
import type { ChannelPolicy, Clock, SendOutcome } from '../../../src/ports.ts';
import { inProcessNode, SimulatedNetwork } from '../../../src/sim/index.ts';
import { type ChannelId, type NodeId, parsePaymentHash } from '../../../src/units/ids.ts';
import { type LdkBalances, ldkBalances } from './ldk-balances.ts';
import type { LdkNetwork, LdkPolicy } from './ldk-network.ts';
import { type LdkInvoice, makeInvoice, type PaymentEnd, sendAlong } from './ldk-payment.ts';

/** Invoices do not expire here, and nothing waits. */
const STILL_CLOCK: Clock = { now: () => 1_700_000_000_000, sleep: () => Promise.resolve() };

export interface TwinInvoice {
  readonly ldk: LdkInvoice;
  readonly simulatedAddr: Uint8Array;
}

/** One direction of a channel, as each of the two networks would let it carry now. */
export interface TwinDirection {
  readonly channelId: ChannelId;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly isOpener: boolean;
  readonly balanceMsat: bigint;
  readonly ldkLimitMsat: bigint;
  readonly simulatedLimitMsat: bigint;
  readonly policy: ChannelPolicy;
  readonly up: boolean;
}

export class TwinNetwork {
  readonly ldk: LdkNetwork;
  readonly simulated: SimulatedNetwork;
  readonly #down = new Set<ChannelId>();

  constructor(ldk: LdkNetwork) {
    this.ldk = ldk;
    this.simulated = new SimulatedNetwork({
      ...{ seed: 1, blockHeight: ldk.chain.height, clock: STILL_CLOCK },
    });
    for (const { nodeId } of ldk.nodes) this.simulated.addNode({ nodeId });
    for (const { channelId, opener, other, openerMsat } of ldkBalances(ldk)) {
      this.simulated.openChannel({
        ...{ channelId, node1: opener, node2: other, balance1Msat: openerMsat, opener: 1 },
        capacitySat: ldk.channel(channelId).capacitySat,
        policy1: this.#announced(channelId, opener),
        policy2: this.#announced(channelId, other),
      });
    }
  }

  #announced(channelId: ChannelId, from: NodeId): ChannelPolicy {
    const record = this.ldk.description().channels.find((c) => c.channelId === channelId)!;
    return (record.node1 === from ? record.policy1 : record.policy2)!;
  }

  // ---- what happens to both

  mine(blocks: number): void {
    this.ldk.mine(blocks);
    this.simulated.mineBlocks(blocks);
  }

  setPolicy(channelId: ChannelId, from: NodeId, policy: LdkPolicy): void {
    this.ldk.setPolicy(channelId, from, policy);
    this.ldk.forgetOldPolicies();
    this.simulated.updatePolicy({ channelId, from, policy });
  }

  setUp(channelId: ChannelId, up: boolean): void {
    if (this.isUp(channelId) === up) return;
    const { opener, other } = this.ldk.channel(channelId);
    const ends = [this.ldk.node(opener), this.ldk.node(other)] as const;
    if (up) this.ldk.connect(...ends);
    else this.ldk.disconnect(...ends);
    this.simulated.setLinkUp(channelId, up);
    if (up) this.#down.delete(channelId);
    else this.#down.add(channelId);
  }

  isUp(channelId: ChannelId): boolean {
    return !this.#down.has(channelId);
  }

  close(channelId: ChannelId): void {
    this.setUp(channelId, true);
    this.ldk.close(channelId);
    this.simulated.removeChannel(channelId);
  }

  addInvoice(terms: Parameters<typeof makeInvoice>[1]): TwinInvoice {
    const { payee, preimage, amountMsat, cltvDelta } = terms;
    const added = this.simulated
      .node(payee)
      .addInvoice({ preimage, cltvDelta, valueMsat: amountMsat ?? 0n });
    if (added.kind === 'error') throw new Error(added.message);
    return {
      ldk: makeInvoice(this.ldk, terms),
      simulatedAddr: added.invoice.paymentAddr,
    };
  }

  /** The same payment in both; the routes may differ in their payment address only. */
  async send(payment: {
    readonly from: NodeId;
    readonly invoice: TwinInvoice;
    readonly paymentHash: Uint8Array;
    readonly routeFor: (paymentAddr: Uint8Array) => Route;
  }): Promise<{ readonly ldk: PaymentEnd; readonly simulated: SendOutcome }> {
    const { from, invoice, paymentHash, routeFor } = payment;
    const { end } = await sendAlong(this.ldk, {
      ...{ from, route: routeFor(invoice.ldk.paymentAddr) },
      invoice: { ...invoice.ldk, paymentHash },
    });
    const simulated = await inProcessNode(this.simulated, from).sendToRoute({
      route: routeFor(invoice.simulatedAddr),
      paymentHash: parsePaymentHash(Buffer.from(paymentHash).toString('hex')),
    });
    return { ldk: end, simulated };
  }

  // ---- what they say

  directions(): readonly TwinDirection[] {
    return ldkBalances(this.ldk).flatMap((channel) => [
      this.#direction(channel, true),
      this.#direction(channel, false),
    ]);
  }

  #direction(channel: LdkBalances, isOpener: boolean): TwinDirection {
    const { channelId, opener, other } = channel;
    const [from, to] = isOpener ? [opener, other] : [other, opener];
    const policy = this.#announced(channelId, from);
    const { spendableMsat } = this.simulated.node(from).channel(channelId)!;
    const maxMsat = policy.maxHtlcMsat!;
    return {
      ...{ channelId, from, to, isOpener, policy, up: this.isUp(channelId) },
      balanceMsat: isOpener ? channel.openerMsat : channel.otherMsat,
      ldkLimitMsat: isOpener ? channel.openerLimitMsat : channel.otherLimitMsat,
      simulatedLimitMsat: spendableMsat < maxMsat ? spendableMsat : maxMsat,
    };
  }

  /** Balances by channel, the opener's first. */
  balances(): { readonly ldk: readonly bigint[]; readonly simulated: readonly bigint[] } {
    const channels = ldkBalances(this.ldk);
    return {
      ldk: channels.flatMap(({ openerMsat, otherMsat }) => [openerMsat, otherMsat]),
      simulated: channels.flatMap(({ channelId }) => {
        const { balance1Msat, balance2Msat } = this.simulated.balances(channelId);
        return [balance1Msat, balance2Msat];
      }),
    };
  }
}
