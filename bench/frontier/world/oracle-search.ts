/** The cheapest circle that would truly pass at this moment: the product's search over what is hidden from it. */
import { HAS_POLICY } from '../../../src/graph/columns.ts';
import { type GraphNames, GraphSnapshot } from '../../../src/graph/snapshot.ts';
import { findCircularRoute } from '../../../src/pathfinder/find-circular-route.ts';
import type { RouteResult } from '../../../src/pathfinder/request.ts';
import type { NodeId } from '../../../src/units/ids.ts';
import type { Task, Truth } from '../arm.ts';

/** Sees one moment of a truth. Making it takes some ten milliseconds, so ask it all that is to be known. */
export class OracleSearch {
  readonly #snapshot: GraphSnapshot;
  readonly #self: NodeId;

  /** @param self The node that tasks belong to; what its channels can do stands in each task. */
  constructor(truth: Truth, self: NodeId) {
    this.#self = self;
    this.#snapshot = passable(truth, self);
  }

  /** Each channel counts by itself: one that takes the payment is enough for a pair of nodes. */
  find(task: Task): RouteResult {
    return findCircularRoute(this.#snapshot, {
      self: this.#self,
      outChannels: [task.outChannelId],
      inChannels: [task.inChannelId],
      amountMsat: task.amountMsat,
      maxFeeMsat: task.maxFeeMsat,
      overlay: { ownChannels: task.ownChannels },
      siblings: 'named',
      cost: { timeLockRiskPpb: 0 },
    });
  }
}

/** The enforced policies with maxima lowered to the balances, and without channels of nodes that are offline. */
function passable(truth: Truth, self: NodeId): GraphSnapshot {
  const { snapshot } = truth;
  const { version, nodeCount, channelSlots, channelCount, adjacency } = snapshot;
  const own = snapshot.nodeIndex(self);
  const columns = snapshot.columns.copy({ used: channelSlots, slots: channelSlots });
  for (let direction = 0; direction < 2 * channelSlots; direction++) {
    const [from, to] = [snapshot.from(direction), snapshot.to(direction)];
    if ((columns.flags[direction]! & HAS_POLICY) === 0 || from === own || to === own) continue;
    const online = truth.isOnline(from) && truth.isOnline(to);
    const sendable = online ? truth.sendableMsat(direction) : 0;
    if (sendable < columns.maxHtlcMsat[direction]!) columns.maxHtlcMsat[direction] = sendable;
  }
  const sizes = { version, nodeCount, channelSlots, channelCount };
  return new GraphSnapshot({ ...sizes, columns, adjacency, names: namesOf(snapshot) });
}

const known = new WeakMap<GraphSnapshot, GraphNames>();

function namesOf(snapshot: GraphSnapshot): GraphNames {
  let names = known.get(snapshot);
  if (names === undefined) {
    const nodes = Array.from({ length: snapshot.nodeCount }, (_, node) => snapshot.node(node));
    const channelIds = Array.from({ length: snapshot.channelSlots }, (_, slot) =>
      snapshot.channelId(slot),
    );
    names = {
      nodes,
      nodeIndex: new Map(nodes.map(({ nodeId }, index) => [nodeId, index])),
      channelIds,
      channelPoints: [],
      channelSlot: new Map(channelIds.map((channelId, slot) => [channelId, slot])),
    };
    known.set(snapshot, names);
  }
  return names;
}
