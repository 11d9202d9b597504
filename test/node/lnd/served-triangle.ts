/** Three nodes in a circle, ours served as lnd, and the client connected to it with the smallest macaroon. */
import { onTestFinished } from 'vitest';
import { Route } from '../../../src/generated/messages/route.ts';
import { bakeMacaroonCommand, connectLnd } from '../../../src/node/lnd/index.ts';
import type { InvoiceTerms, LightningNode, TrackUpdate } from '../../../src/ports.ts';
import { type ServedLnd, SimulatedNetwork, serveLnd } from '../../../src/sim/index.ts';
import type { ChannelId, NodeId } from '../../../src/units/ids.ts';
import { collect } from './connections.ts';

export const AMOUNT_MSAT = 100_000_000n;
/** lnd's default policy on what each of the two forwards: 1,000 msat and 1 ppm, rounded down. */
const FEE_MSAT = 1_100n;
const CLTV_DELTA = 80;
export const FINAL_DELTA = 43;

export interface ServedTriangle {
  readonly network: SimulatedNetwork;
  readonly lnd: ServedLnd;
  readonly node: LightningNode;
  readonly us: NodeId;
  /** The first peer, the second peer, and ourselves again: where each channel of the circle leads. */
  readonly nodes: readonly NodeId[];
  /** In order of travel. */
  readonly channels: readonly ChannelId[];
  /** Around the circle; with `shortMsat` the first forwarder is offered too little. */
  readonly route: (terms: InvoiceTerms, options?: { readonly shortMsat?: bigint }) => Route;
}

function triangle() {
  const network = new SimulatedNetwork({ seed: 'client against simulator' });
  const [us, first, second] = [network.addNode(), network.addNode(), network.addNode()];
  const ends = [
    [us, first],
    [first, second],
    [second, us],
  ] as const;
  const channels = ends.map(([node1, node2]) =>
    network.openChannel({ node1, node2, capacitySat: 1_000_000n, balance1Msat: 600_000_000n }),
  );
  return { network, us, nodes: ends.map(([, node2]) => node2), channels };
}

export async function servedTriangle(
  options: {
    readonly cleanUp?: boolean;
    readonly missionControl?: boolean;
    readonly planning?: boolean;
  } = {},
): Promise<ServedTriangle> {
  const { network, us, nodes, channels } = triangle();
  const lnd = await serveLnd(network, us);
  onTestFinished(() => lnd.close());
  const permissions = bakeMacaroonCommand(options)
    .split(' ')
    .filter((word) => word.startsWith('uri:'));
  const node = await connectLnd({
    address: lnd.address,
    tlsCert: lnd.tlsCertPem,
    macaroon: lnd.bakeMacaroon(permissions).macaroonBytes,
  });
  onTestFinished(() => node.close());
  const route: ServedTriangle['route'] = (terms, { shortMsat = 0n } = {}) => {
    const final = network.blockHeight + FINAL_DELTA;
    const arriving = [AMOUNT_MSAT + 2n * FEE_MSAT - shortMsat, AMOUNT_MSAT + FEE_MSAT, AMOUNT_MSAT];
    const expiries = [final + CLTV_DELTA, final, final];
    return Route.fromPartial({
      totalTimeLock: final + 2 * CLTV_DELTA,
      totalAmtMsat: arriving[0] ?? 0n,
      hops: channels.map((chanId, i) => ({
        chanId,
        pubKey: nodes[i] ?? '',
        amtToForwardMsat: arriving[i + 1] ?? AMOUNT_MSAT,
        expiry: expiries[i] ?? 0,
        ...(i === 2
          ? { mppRecord: { paymentAddr: terms.paymentAddr, totalAmtMsat: AMOUNT_MSAT } }
          : {}),
      })),
    });
  };
  return { network, lnd, node, channels, us, nodes, route };
}

const TERMS = { memo: '', valueMsat: 0n, cltvDelta: 40, expirySeconds: 3_600 };

/** An invoice whose preimage has this value in each of its bytes. */
export const invoiceOf = (node: LightningNode, fill: number): Promise<InvoiceTerms> =>
  node.addInvoice({ ...TERMS, preimage: new Uint8Array(32).fill(fill) });

export const holdInvoiceOf = (
  node: LightningNode,
  paymentHash: InvoiceTerms['paymentHash'],
): Promise<InvoiceTerms> => node.addHoldInvoice({ ...TERMS, paymentHash });

export const track = (node: LightningNode, terms: InvoiceTerms): Promise<TrackUpdate[]> =>
  collect(node.trackPayment(terms.paymentHash, { signal: new AbortController().signal }));
