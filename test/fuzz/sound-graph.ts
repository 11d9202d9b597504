/** What every graph must be, wherever it was read. */
import assert from 'node:assert/strict';
import { NetworkGraph } from '../../src/graph/network-graph.ts';
import { policyDefect } from '../../src/graph/read-record.ts';
import type { ChannelPolicy, GraphDescription } from '../../src/ports.ts';
import { isNodeId, tryParseChannelId } from '../../src/units/ids.ts';

const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

export function assertSoundPolicy(policy: ChannelPolicy | null): void {
  if (policy === null) return;
  assert.equal(policyDefect(policy), undefined);
  const { feeBaseMsat, feeRatePpm, timeLockDelta, minHtlcMsat, maxHtlcMsat } = policy;
  assert.ok(feeBaseMsat >= 0n && feeBaseMsat <= 0xffff_ffffn);
  assert.ok(Number.isInteger(feeRatePpm) && feeRatePpm >= 0 && feeRatePpm <= 0xffff_ffff);
  assert.ok(Number.isInteger(timeLockDelta) && timeLockDelta >= 0 && timeLockDelta <= 0xffff);
  assert.ok(minHtlcMsat >= 0n && minHtlcMsat <= MAX_EXACT);
  assert.ok(maxHtlcMsat === null || maxHtlcMsat >= minHtlcMsat);
}

/** Every index leads somewhere, every channel has two ends, and every policy stands within its bounds. */
export function assertSoundGraph(graph: NetworkGraph): void {
  const snapshot = graph.snapshot();
  assert.equal(snapshot.nodeCount, graph.nodeCount);
  let channels = 0;
  let policies = 0;
  for (let slot = 0; slot < snapshot.channelSlots; slot++) {
    const { node1, node2, removed, capacitySat } = snapshot.columns;
    if (removed[slot] === 1) continue;
    channels++;
    assert.ok(node1[slot]! < snapshot.nodeCount && node2[slot]! < snapshot.nodeCount);
    assert.notEqual(node1[slot], node2[slot]);
    assert.ok(Number.isSafeInteger(capacitySat[slot]) && capacitySat[slot]! >= 0);
    for (const direction of [2 * slot, 2 * slot + 1]) {
      const policy = snapshot.policy(direction);
      assertSoundPolicy(policy);
      if (policy !== null) policies++;
    }
  }
  assert.equal(channels, graph.channelCount);
  assert.equal(policies, graph.policyCount);
}

/** The same of records, and of the graph that they make. */
export function assertSoundDescription(description: GraphDescription): void {
  for (const { nodeId } of description.nodes) assert.ok(isNodeId(nodeId));
  for (const channel of description.channels) {
    assert.equal(tryParseChannelId(channel.channelId), channel.channelId);
    assert.ok(isNodeId(channel.node1) && isNodeId(channel.node2));
    assert.ok(channel.capacitySat >= 0n && channel.capacitySat <= MAX_EXACT);
    assertSoundPolicy(channel.policy1);
    assertSoundPolicy(channel.policy2);
  }
  for (const { id, reason } of description.rejected) {
    assert.ok(typeof id === 'string' && reason.length > 0);
  }
  const { graph } = NetworkGraph.fromDescription(description);
  assertSoundGraph(graph);
}
