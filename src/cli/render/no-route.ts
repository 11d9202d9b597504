/** Why there is no route, in terms of what the user typed. Amounts in sat, fees in msat. */
import type { NoRouteReason } from '../../pathfinder/request.ts';
import { MAX_SEARCH_MSAT } from '../../units/amounts.ts';
import { grouped, ratio, satFromMsat } from './figures.ts';

/** The largest `--amount`. */
export const MAX_AMOUNT_SAT: bigint = MAX_SEARCH_MSAT / 1000n;

const LESS = 'lower --amount, or let it shrink with --min-amount';

export function noRouteText(reason: NoRouteReason, limits: GivenFeeLimits = {}): string {
  switch (reason.code) {
    case 'unknown_node':
      return `node ${reason.nodeId} is not in the graph; see with \`ballast doctor\` whether the node knows the whole graph`;
    case 'amount_out_of_range':
      return `--amount must be at most ${grouped(MAX_AMOUNT_SAT)} sat`;
    case 'no_outgoing_channel':
      return 'no channel that --from names is active and not excluded';
    case 'no_outgoing_balance':
      return `no channel that --from names can send that much; the fullest can send ${satFromMsat(reason.bestSpendableMsat)} sat: ${LESS}`;
    case 'no_incoming_channel':
      return 'no channel that --to names is active, enabled by its peer and not excluded';
    case 'no_incoming_capacity':
      return `no channel that --to names can receive that much; the emptiest can receive ${satFromMsat(reason.bestReceivableMsat)} sat: ${LESS}`;
    case 'same_peer':
      return 'the channels of --from and --to lead to the same peer, which may hand the payment back over the channel that it came by; name a channel with another peer';
    case 'fee_limit':
      return feeLimitText(reason, limits);
    case 'cltv_limit':
      return `a route would lock money for ${grouped(reason.neededCltvBlocks)} blocks, more than nodes allow`;
    case 'hop_limit':
      return `a route would need ${reason.neededHops} channels, more than an onion takes`;
    case 'onion_limit':
      return `a route would need ${grouped(reason.neededBytes)} bytes of onion, above the 1,300 that there are`;
    case 'probability_limit':
      return `the best route succeeds with a probability of ${reason.probability.toPrecision(2)}, below the least allowed; lower --min-probability, or --amount`;
    case 'avoided':
      return `only what --exclude names, or pairs that lately lacked liquidity, lead there; a route over them costs ${grouped(reason.cheapestFeeMsat)} msat`;
    case 'amount_too_large':
      return `no path carries that much; ${satFromMsat(reason.payableMsat)} sat would find one: ${LESS}`;
    case 'disconnected':
      return 'no path of announced channels leads from a channel of --from to one of --to; name channels with other peers, or see with `ballast doctor` whether the node knows the whole graph';
    case 'search_budget':
      return 'the limits are so tight that the search gave up; raise the fee limit';
  }
}

/** The fee limits that the user has given. */
export interface GivenFeeLimits {
  readonly maxFeePpm?: number;
  readonly maxFeeSat?: bigint;
}

export function feeLimitText(
  cheapest: { readonly cheapestFeeMsat: bigint; readonly cheapestFeePpm: number },
  { maxFeePpm, maxFeeSat }: GivenFeeLimits,
): string {
  const { cheapestFeeMsat, cheapestFeePpm } = cheapest;
  const costs = `the cheapest route costs ${grouped(cheapestFeeMsat)} msat (${ratio(cheapestFeePpm)} ppm)`;
  const raise: [option: string, to: string][] = [];
  if (maxFeePpm !== undefined && cheapestFeePpm > maxFeePpm) {
    raise.push(['--max-fee-ppm', String(Math.ceil(cheapestFeePpm))]);
  }
  if (maxFeeSat !== undefined && cheapestFeeMsat > maxFeeSat * 1000n) {
    raise.push(['--max-fee-sat', String((cheapestFeeMsat + 999n) / 1000n)]);
  }
  if (raise.length === 0) {
    return `${costs}, above ${maxFeeSat === undefined ? 'the fee limit' : 'what is left of --max-fee-sat'}`;
  }
  const names = raise.map(([option]) => option).join(' and ');
  const allow = raise.length === 1 ? 'allows: raise it' : 'allow: raise them';
  const values = raise.map(([, to]) => to).join(' and ');
  return `${costs}, above what ${names} ${allow} to ${values}, or see with \`ballast plan\` what costs less`;
}
