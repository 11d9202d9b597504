/** The reason for "no route" in one sentence, with what to change. */
import { feePpm } from '../units/amounts.ts';
import type { NoRouteReason } from './request.ts';

export function noRouteMessage(reason: NoRouteReason, amountMsat: bigint): string {
  const ppm = (feeMsat: bigint): string => `${feePpm({ feeMsat, amountMsat }).toFixed(1)} ppm`;
  switch (reason.code) {
    case 'unknown_node':
      return `node ${reason.nodeId} is not in the graph`;
    case 'amount_out_of_range':
      return `the amount is above ${reason.maxMsat} msat, where exact search arithmetic ends`;
    case 'no_outgoing_channel':
      return 'none of the allowed outgoing channels exists, is active and not excluded';
    case 'no_outgoing_balance':
      return `no allowed outgoing channel can send the amount; the fullest can send ${reason.bestSpendableMsat} msat`;
    case 'no_incoming_channel':
      return 'none of the allowed incoming channels exists, is active, enabled by the peer and not excluded';
    case 'no_incoming_capacity':
      return `no allowed incoming channel can receive the amount; the emptiest can receive ${reason.bestReceivableMsat} msat`;
    case 'same_peer':
      return `all allowed channels lead to ${reason.peer}, which may hand a payment back over the channel that it came by; with siblings: 'named' it would be tried`;
    case 'fee_limit':
      return `the cheapest route costs ${reason.cheapestFeeMsat} msat (${ppm(reason.cheapestFeeMsat)}), above the fee limit`;
    case 'cltv_limit':
      return `a route would lock money for ${reason.neededCltvBlocks} blocks, above the time lock limit`;
    case 'hop_limit':
      return `a route would need ${reason.neededHops} channels, above the hop limit`;
    case 'onion_limit':
      return `a route would need ${reason.neededBytes} bytes of onion, above the 1300 that there are`;
    case 'probability_limit':
      return `the best route succeeds with a probability of ${reason.probability.toPrecision(2)}, below the least allowed`;
    case 'avoided':
      return `only excluded channels, or pairs that lately lacked liquidity, lead there; a route over them costs ${reason.cheapestFeeMsat} msat (${ppm(reason.cheapestFeeMsat)})`;
    case 'amount_too_large':
      return `no path carries this amount; ${reason.payableMsat} msat would find one`;
    case 'disconnected':
      return 'no path of announced channels joins the allowed outgoing and incoming channels';
    case 'search_budget':
      return 'the limits are so tight that the search gave up; loosen the time lock, hop or fee limit';
  }
}
