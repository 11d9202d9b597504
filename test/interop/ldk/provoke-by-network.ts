/** Networks that are not as the route's sender believed: balances, terms and peers. */
import type { ChannelId } from '../../../src/units/ids.ts';
import { findBlindly } from './found-payment.ts';
import { type LdkBalances, ldkBalances } from './ldk-balances.ts';
import type { LdkNetwork } from './ldk-network.ts';
import { draw } from './provoke-by-route.ts';
import type { Provocation, Scene } from './provoked-failure.ts';

interface Direction {
  readonly channelId: ChannelId;
  readonly from: LdkBalances['opener'];
  readonly to: LdkBalances['opener'];
  readonly balanceMsat: bigint;
  /** Most that LDK would offer over it now. */
  readonly limitMsat: bigint;
  readonly minMsat: bigint;
  readonly maxMsat: bigint;
}

/** Everything that LDK tells about each direction of its channels. */
function directions(network: LdkNetwork): readonly Direction[] {
  const records = new Map(network.description().channels.map((c) => [c.channelId, c]));
  return ldkBalances(network).flatMap((channel): Direction[] => {
    const { channelId, opener, other } = channel;
    const { node1, policy1, policy2 } = records.get(channelId)!;
    const terms = (from: string) => {
      const { minHtlcMsat, maxHtlcMsat } = (from === node1 ? policy1 : policy2)!;
      return { minMsat: minHtlcMsat, maxMsat: maxHtlcMsat! };
    };
    return [
      {
        ...{ channelId, from: opener, to: other, ...terms(opener) },
        ...{ balanceMsat: channel.openerMsat, limitMsat: channel.openerLimitMsat },
      },
      {
        ...{ channelId, from: other, to: opener, ...terms(other) },
        ...{ balanceMsat: channel.otherMsat, limitMsat: channel.otherLimitMsat },
      },
    ];
  });
}

/** A payment that meets one direction with an amount that it does not take. */
function meet(
  scene: Scene,
  amountFor: (direction: Direction) => bigint | undefined,
  refusal: 'AMOUNT_BELOW_MINIMUM' | 'TEMPORARY_CHANNEL_FAILURE',
): ReturnType<Provocation> {
  const { network, random } = scene;
  const across = random.pick(directions(network));
  const amountMsat = amountFor(across);
  const found =
    amountMsat === undefined ? undefined : findBlindly(network, { random, amountMsat, across });
  const link = found?.path.hops.findIndex(({ channelId }) => channelId === across.channelId) ?? -1;
  const crossing = found?.path.hops[link];
  if (found === undefined || crossing === undefined) return undefined;
  // Fees on the way from there may have lifted it above the minimum.
  if (amountMsat! < across.minMsat && crossing.amountInMsat >= across.minMsat) return undefined;
  const cause = refusal === 'AMOUNT_BELOW_MINIMUM' ? 'policy' : 'liquidity';
  return {
    ...{ found, route: found.build(), code: refusal, source: link },
    blame: { kind: 'channel', cause, link },
  };
}

/** A peer that its neighbour has lost, at one place of the route. */
function losePeer(
  scene: Scene,
  link: number | undefined,
  afterwards: (network: LdkNetwork) => void,
): ReturnType<Provocation> {
  const { network } = scene;
  const drawn = draw(scene);
  const at = link ?? drawn.link;
  const { from, to } = drawn.found.path.hops[at]!;
  const [one, other] = [network.node(from), network.node(to)];
  network.disconnect(one, other);
  afterwards(network);
  return {
    ...{ found: drawn.found, route: drawn.found.build(), source: at },
    code: 'TEMPORARY_CHANNEL_FAILURE',
    blame: at === 0 ? { kind: 'own_channel' } : { kind: 'channel', cause: 'liquidity', link: at },
    undo: () => network.connect(one, other),
  };
}

/** Has the owner of a channel ask for 1 msat or 1 block more than it gets, after the route was found. */
function askMore(
  scene: Scene,
  code: 'FEE_INSUFFICIENT' | 'INCORRECT_CLTV_EXPIRY',
): ReturnType<Provocation> {
  const { network } = scene;
  const { found, link } = draw(scene);
  const { amountInMsat, amountOutMsat } = found.path.hops[link - 1]!;
  const { channelId, from, policy } = found.path.hops[link]!;
  const { feeBaseMsat, feeRatePpm, timeLockDelta } = policy!;
  network.setPolicy(channelId, from, {
    ...(code === 'FEE_INSUFFICIENT'
      ? { feeBaseMsat: amountInMsat - amountOutMsat + 1n, feeRatePpm: 0, timeLockDelta }
      : { feeBaseMsat, feeRatePpm, timeLockDelta: timeLockDelta + 1 }),
  });
  network.forgetOldPolicies();
  return {
    ...{ found, route: found.build(), code, source: link },
    blame: { kind: 'channel', cause: 'policy', link },
  };
}

export const networkProvocations: Readonly<Record<string, Provocation>> = {
  'missing liquidity': (scene) =>
    meet(
      scene,
      ({ balanceMsat, limitMsat, maxMsat }) =>
        balanceMsat < maxMsat && limitMsat > 0n ? limitMsat + 1n : undefined,
      'TEMPORARY_CHANNEL_FAILURE',
    ),
  'an amount above the maximum': (scene) =>
    meet(
      scene,
      ({ balanceMsat, limitMsat, maxMsat }) =>
        limitMsat <= maxMsat && balanceMsat > maxMsat + maxMsat / 10n ? maxMsat + 1n : undefined,
      'TEMPORARY_CHANNEL_FAILURE',
    ),
  'an amount below the minimum': (scene) =>
    meet(scene, ({ minMsat }) => (minMsat > 1n ? minMsat - 1n : undefined), 'AMOUNT_BELOW_MINIMUM'),
  'a dearer channel': (scene) => askMore(scene, 'FEE_INSUFFICIENT'),
  'a slower channel': (scene) => askMore(scene, 'INCORRECT_CLTV_EXPIRY'),
  'a peer that is offline': (scene) => losePeer(scene, undefined, () => {}),
  'a peer of the sender that is offline': (scene) => losePeer(scene, 0, () => {}),
  'a channel announced as disabled': (scene) => {
    const lost = losePeer(scene, undefined, (network) => network.announceLostPeers());
    if (lost === undefined || lost.blame.kind !== 'channel') return undefined;
    const blame = { ...lost.blame, cause: 'policy' as const };
    const undo = () => {
      lost.undo?.();
      scene.network.announceLostPeers();
    };
    return { ...lost, code: 'CHANNEL_DISABLED', blame, undo };
  },
};

export const closing: Readonly<Record<string, Provocation>> = {
  'a closed channel': (scene) => {
    const { network } = scene;
    const { found, link } = draw(scene);
    const { channelId } = found.path.hops[link]!;
    // Without the ring there may be no circles left for the others.
    if (network.channels.length <= network.nodes.length + 2) return undefined;
    const route = found.build();
    network.close(channelId);
    return {
      ...{ found, route, code: 'UNKNOWN_NEXT_PEER', source: link },
      blame: { kind: 'pair', link },
    };
  },
};
