/** Routes that no honest sender would send: what they ask for is wrong at one place. */
import { type FoundPayment, findPayment } from './found-payment.ts';
import type { Provocation, ProvokedFailure, Scene } from './provoked-failure.ts';

/** Blocks in which LDK takes no HTLC on any more, and beyond which it takes none yet. */
const TOO_SOON_BLOCKS = 2;
const TOO_FAR_BLOCKS = 2200;
/** A block that will never be. */
const NO_SUCH_CHANNEL = ((1_000_000n << 40n) | (1n << 16n)).toString();

interface Drawn {
  readonly found: FoundPayment;
  /** A link after the sender's own. */
  readonly link: number;
}

export function draw({ network, random }: Scene): Drawn {
  const found = findPayment(network, random);
  return { found, link: random.between(1, found.path.hops.length - 1) };
}

export const routeProvocations: Readonly<Record<string, Provocation>> = {
  'a channel that is not there': (scene) => {
    const { found, link } = draw(scene);
    const route = found.build();
    route.hops[link]!.chanId = NO_SUCH_CHANNEL;
    return {
      ...{ found, route, code: 'UNKNOWN_NEXT_PEER', source: link },
      blame: { kind: 'pair', link },
    };
  },

  'an onion made for another key': (scene) => {
    const { found, link } = draw(scene);
    const route = found.build();
    const onRoute = new Set<string>([found.from, ...route.hops.map(({ pubKey }) => pubKey)]);
    const stranger = scene.network.nodes.find(({ nodeId }) => !onRoute.has(nodeId));
    if (stranger === undefined) return undefined;
    route.hops[link]!.pubKey = stranger.nodeId;
    return {
      ...{ found, route, code: 'INVALID_ONION_HMAC', source: link },
      blame: { kind: 'pair', link },
    };
  },

  'an expiry too close for the last forwarder': (scene) => {
    const { found } = draw(scene);
    const route = found.build({ finalCltvDelta: TOO_SOON_BLOCKS });
    const source = route.hops.length - 1;
    return {
      ...{ found, route, code: 'EXPIRY_TOO_SOON', source },
      blame: source === 1 ? { kind: 'node', index: 1 } : { kind: 'unknown', firstLinks: source },
    } satisfies ProvokedFailure;
  },

  'an expiry too far away for anybody': (scene) => {
    const { found } = draw(scene);
    const route = found.build({ finalCltvDelta: TOO_FAR_BLOCKS });
    return {
      ...{ found, route, code: 'EXPIRY_TOO_FAR', source: 1 },
      blame: { kind: 'node', index: 1 },
    };
  },
};
