/** The route arithmetic of the npm package bolt07, which ln-service and its tools build routes with. It has no types. */
import { createRequire } from 'node:module';
import type { PathChannel } from '../../../src/pathfinder/price-path.ts';
import { formatChannelId } from '../../../src/units/ids.ts';

export interface Bolt07Route {
  readonly fee: number;
  readonly fee_mtokens: string;
  readonly mtokens: string;
  readonly tokens: number;
  readonly timeout: number;
  readonly payment?: string;
  readonly total_mtokens?: string;
  readonly hops: readonly {
    readonly channel: string;
    readonly channel_capacity: number;
    readonly fee: number;
    readonly fee_mtokens: string;
    readonly forward: number;
    readonly forward_mtokens: string;
    readonly public_key: string;
    readonly timeout: number;
  }[];
}

const { routeFromChannels } = createRequire(import.meta.url)('bolt07') as {
  routeFromChannels: (request: object) => { route: Bolt07Route };
};

export interface Bolt07Terms {
  readonly amountMsat: bigint;
  readonly blockHeight: number;
  readonly finalCltvDelta: number;
  readonly paymentAddr?: Uint8Array;
}

/** Its discounts are lnd's inbound fees with the sign turned. */
export function bolt07Route(channels: readonly PathChannel[], terms: Bolt07Terms): Bolt07Route {
  const { amountMsat, paymentAddr } = terms;
  return routeFromChannels({
    channels: channels.map((channel) => ({
      id: formatChannelId(channel.channelId),
      capacity: Number(channel.capacitySat),
      destination: channel.to,
      policies: [
        {
          public_key: channel.from,
          base_fee_mtokens: channel.policy!.feeBaseMsat.toString(),
          fee_rate: channel.policy!.feeRatePpm,
          cltv_delta: channel.policy!.timeLockDelta,
          min_htlc_mtokens: '0',
        },
        {
          public_key: channel.to,
          base_fee_mtokens: '0',
          fee_rate: 0,
          cltv_delta: 40,
          min_htlc_mtokens: '0',
          inbound_base_discount_mtokens: (-channel.inboundFee.inboundFeeBaseMsat).toString(),
          inbound_rate_discount: -channel.inboundFee.inboundFeeRatePpm,
        },
      ],
    })),
    cltv_delta: terms.finalCltvDelta,
    destination: channels.at(-1)!.to,
    height: terms.blockHeight,
    mtokens: amountMsat.toString(),
    ...(paymentAddr === undefined
      ? {}
      : {
          payment: Buffer.from(paymentAddr).toString('hex'),
          total_mtokens: amountMsat.toString(),
        }),
  }).route;
}
