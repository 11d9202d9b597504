/** What a node tells of its graph as it changes: channels that come and go, policies new, old and odd. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NetworkGraph } from '../../../src/graph/network-graph.ts';
import { readChannel, readNode } from '../../../src/graph/read-record.ts';
import type { ChannelPolicy, ChannelUpdateRecord } from '../../../src/ports.ts';
import { isNodeId, tryParseChannelId } from '../../../src/units/ids.ts';
import { jsonInput, like, NODES, textOf } from '../input/like-example.ts';
import { assertSoundGraph } from '../sound-graph.ts';
import type { FuzzTarget } from '../target.ts';

const policy = {
  feeBaseMsat: 1_000,
  feeRatePpm: 100,
  timeLockDelta: 40,
  minHtlcMsat: 1,
  maxHtlcMsat: 990_000_000,
  disabled: false,
  inboundFeeBaseMsat: -5,
  inboundFeeRatePpm: 0,
  lastUpdate: 1_700_000_000,
};
const ids = fc.constantFrom('1', '2', '3', '110056128741377');
const ends = { node1: NODES[0], node2: NODES[2], capacitySat: 100_000, channelPoint: '' };
const step = fc.oneof(
  fc.record({
    kind: fc.constant('add'),
    channelId: ids,
    rest: like({ ...ends, policy1: policy, policy2: null }),
  }),
  fc.record({
    kind: fc.constant('update'),
    channelId: ids,
    from: fc.constantFrom(...NODES),
    policy: like(policy),
  }),
  fc.record({ kind: fc.constant('remove'), channelId: ids }),
  fc.record({
    kind: fc.constant('node'),
    node: like({ nodeId: NODES[1], alias: 'a', lastUpdate: 5 }),
  }),
);

type Fields = Readonly<Record<string, never>>;

const fieldsOf = (value: unknown): Fields =>
  (typeof value === 'object' && value !== null ? value : {}) as Fields;

/** As typed values come from a node: amounts as bigint, whatever their size. */
function policyIn(value: unknown): ChannelPolicy {
  const fields = fieldsOf(value);
  const big = (name: string): bigint => {
    const given: unknown = fields[name];
    return typeof given === 'number' && Number.isInteger(given) ? BigInt(given) : 0n;
  };
  return {
    ...(policy as unknown as ChannelPolicy),
    ...(fields as Partial<ChannelPolicy>),
    feeBaseMsat: big('feeBaseMsat'),
    minHtlcMsat: big('minHtlcMsat'),
    maxHtlcMsat: fields['maxHtlcMsat'] === null ? null : big('maxHtlcMsat'),
    inboundFeeBaseMsat: big('inboundFeeBaseMsat'),
  };
}

function take(graph: NetworkGraph, given: unknown): boolean {
  const fields = fieldsOf(given);
  const { kind } = fields as { readonly kind?: unknown };
  const id: unknown = fields['channelId'];
  const channelId = typeof id === 'string' ? tryParseChannelId(id) : undefined;
  if (kind === 'node') {
    const node = readNode(fieldsOf(fields['node']) as unknown as Parameters<typeof readNode>[0]);
    if (node.kind === 'ok') graph.addNode(node.record);
    return node.kind === 'ok';
  }
  if (channelId === undefined || channelId === '0') return false;
  if (kind === 'remove') return graph.removeChannel(channelId);
  if (kind === 'add') {
    const raw = { ...fieldsOf(fields['rest']), channelId } as unknown;
    const { policy1 = null, policy2 = null } = raw as Record<string, unknown>;
    const isPolicy = (one: unknown): boolean => typeof one === 'object';
    if (!isPolicy(policy1) || !isPolicy(policy2)) return false;
    const channel = readChannel({ ...(raw as object), policy1, policy2 } as never);
    return channel.kind === 'ok' && graph.addChannel(channel.record).kind === 'added';
  }
  const from: unknown = fields['from'];
  if (kind !== 'update' || typeof from !== 'string' || !isNodeId(from)) return false;
  const update: ChannelUpdateRecord = { channelId, from, policy: policyIn(fields['policy']) };
  const before = graph.version;
  const result = graph.applyChannelUpdate(update);
  assert.equal(graph.version, result.kind === 'applied' ? before + 1 : before);
  return result.kind === 'applied';
}

export const target: FuzzTarget = {
  name: 'graph-updates',
  about: "news of the graph from one's own node, and from failures",
  shape: 'json',
  valid: fc.array(step, { maxLength: 25 }).map(jsonInput),
  refusals: [],
  acceptedShare: [0.2, 0.98],
  seededCases: 1_500,
  run: (input) => {
    let steps: unknown;
    try {
      steps = JSON.parse(textOf(input));
    } catch {
      return 'refused';
    }
    const graph = new NetworkGraph();
    let applied = 0;
    for (const [i, given] of (Array.isArray(steps) ? steps : []).entries()) {
      if (i > 5_000) break;
      if (take(graph, given)) applied++;
    }
    assertSoundGraph(graph);
    return applied > 0 ? 'accepted' : 'refused';
  },
};
