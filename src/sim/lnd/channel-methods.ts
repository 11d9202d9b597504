/** The RPCs about a node's own channels. */
import {
  ChannelCloseSummary,
  ChannelCloseSummary_ClosureType,
  type ChannelEventUpdate,
  ChannelEventUpdate_UpdateType,
  Initiator,
  type ListChannelsRequest,
} from '../../generated/services/channels.ts';
import type { LightningServer, LightningService } from '../../generated/services/lightning.ts';
import { PendingChannelsResponse } from '../../generated/services/pending.ts';
import { bytesToHex } from '../../units/bytes.ts';
import type { ChannelId } from '../../units/ids.ts';
import { Feed } from '../feed.ts';
import { lndVersion } from '../lnd-version.ts';
import type { SimulatedChannelView } from '../records.ts';
import { writeChannel } from './channel-messages.ts';
import { writeChannelPoint } from './graph-messages.ts';
import { plainError } from './rpc-error.ts';
import type { Methods } from './rpc-methods.ts';
import type { ServedNode } from './served-node.ts';

type ChannelMethods = Pick<
  Methods<typeof LightningService, LightningServer>,
  'listChannels' | 'pendingChannels' | 'subscribeChannelEvents'
>;

export function channelMethods(served: ServedNode): ChannelMethods {
  return {
    listChannels: (request) => {
      const wanted = channelFilter(request);
      return {
        channels: served.node
          .listChannels()
          .filter(wanted)
          .map((view) => writeChannel(view, request.peerAliasLookup)),
      };
    },
    // Channels open and close at once here, so none is ever pending.
    pendingChannels: () => PendingChannelsResponse.fromPartial({}),
    subscribeChannelEvents: (_request, signal) => channelEvents(served, signal),
  };
}

function channelFilter(request: ListChannelsRequest): (view: SimulatedChannelView) => boolean {
  const { activeOnly, inactiveOnly, publicOnly, privateOnly } = request;
  if (activeOnly && inactiveOnly) {
    throw plainError('either `active_only` or `inactive_only` can be set, but not both');
  }
  if (publicOnly && privateOnly) {
    throw plainError('either `public_only` or `private_only` can be set, but not both');
  }
  if (request.peer.length !== 0 && request.peer.length !== 33) {
    throw plainError(
      `invalid \`peer\` key: invalid vertex length of ${request.peer.length}, want 33`,
    );
  }
  const peer = bytesToHex(request.peer);
  return (view) =>
    !(activeOnly && !view.active) &&
    !(inactiveOnly && view.active) &&
    !(publicOnly && view.private) &&
    !(privateOnly && !view.private) &&
    (peer === '' || view.peer === peer);
}

type Views = ReadonlyMap<ChannelId, SimulatedChannelView>;

/** lnd tells of every new commitment from this minor version on. */
const TELLS_OF_BALANCES_MINOR = 21;

/**
 * Opened, closed, active and inactive, each found by comparing the channels before and after a change; and, as from
 * lnd 0.21, every change of a balance.
 */
async function* channelEvents(
  served: ServedNode,
  signal: AbortSignal,
): AsyncGenerator<ChannelEventUpdate> {
  const feed = new Feed<ChannelEventUpdate>();
  const events = feed.subscribe({ signal });
  const views = (): Views =>
    new Map(served.node.listChannels().map((view) => [view.channelId, view]));
  let before = views();
  const unsubscribe = served.network.onGraphChange((change) => {
    if (change.kind === 'policy') return;
    const after = views();
    for (const event of differences(before, after, served.network.blockHeight)) feed.publish(event);
    before = after;
  });
  const stopHtlcs = served.network.onHtlc(({ from, to, channelId }) => {
    if (from !== served.node.nodeId && to !== served.node.nodeId) return;
    if (lndVersion(served.reported.version).minor < TELLS_OF_BALANCES_MINOR) return;
    feed.publish(updated(served.node.channel(channelId)!));
  });
  try {
    yield* events;
  } finally {
    unsubscribe();
    stopHtlcs();
  }
}

function differences(before: Views, after: Views, blockHeight: number): ChannelEventUpdate[] {
  const events: ChannelEventUpdate[] = [];
  for (const view of after.values()) {
    const known = before.get(view.channelId);
    if (known === undefined) events.push(opened(view));
    if ((known?.active ?? false) !== view.active) events.push(activity(view));
  }
  for (const view of before.values()) {
    if (!after.has(view.channelId)) events.push(closed(view, blockHeight));
  }
  return events;
}

const opened = (view: SimulatedChannelView): ChannelEventUpdate => ({
  type: ChannelEventUpdate_UpdateType.OPEN_CHANNEL,
  channel: { $case: 'openChannel', value: writeChannel(view, false) },
});

const updated = (view: SimulatedChannelView): ChannelEventUpdate => ({
  type: ChannelEventUpdate_UpdateType.CHANNEL_UPDATE,
  channel: { $case: 'updatedChannel', value: { channel: writeChannel(view, false) } },
});

function activity(view: SimulatedChannelView): ChannelEventUpdate {
  const value = writeChannelPoint(view.channelPoint);
  return view.active
    ? {
        type: ChannelEventUpdate_UpdateType.ACTIVE_CHANNEL,
        channel: { $case: 'activeChannel', value },
      }
    : {
        type: ChannelEventUpdate_UpdateType.INACTIVE_CHANNEL,
        channel: { $case: 'inactiveChannel', value },
      };
}

function closed(view: SimulatedChannelView, blockHeight: number): ChannelEventUpdate {
  const value = ChannelCloseSummary.fromPartial({
    channelPoint: view.channelPoint,
    chanId: view.channelId,
    remotePubkey: view.peer,
    capacity: view.capacitySat,
    closeHeight: blockHeight,
    settledBalance: view.localBalanceSat,
    closeType: ChannelCloseSummary_ClosureType.COOPERATIVE_CLOSE,
    openInitiator: view.initiator ? Initiator.INITIATOR_LOCAL : Initiator.INITIATOR_REMOTE,
  });
  return {
    type: ChannelEventUpdate_UpdateType.CLOSED_CHANNEL,
    channel: { $case: 'closedChannel', value },
  };
}
