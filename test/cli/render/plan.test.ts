/** Why channels are in no move, in words. */
import { describe, expect, it } from 'vitest';
import { planLines } from '../../../src/cli/render/plan.ts';
import type { LeftOutReason, RebalancePlan } from '../../../src/engine/index.ts';
import { parseChannelId } from '../../../src/units/ids.ts';
import { nodeIdOf } from '../../graph/make-graph.ts';

const channelId = parseChannelId('700000x1x0');

function shown(asSource: LeftOutReason, asTarget: LeftOutReason): string {
  const outlook = { channelId, peer: nodeIdOf('a'), peerAlias: 'a', localMsat: 1n, remoteMsat: 1n };
  const plan = {
    ...{ moves: [], strategy: 'balance', horizonMs: 1 },
    ...{ channels: [outlook], leftOut: [{ channelId, asSource, asTarget }] },
  };
  return planLines(plan as unknown as RebalancePlan).join('\n');
}

describe('planLines', () => {
  it('says of a full and of an empty channel no more than that', () => {
    const text = shown({ code: 'no_balance', roomMsat: 0n }, { code: 'no_room', roomMsat: 999n });
    expect(text).toMatch(/│ nothing to give │ no room +│/);
    expect(text).not.toMatch(/\b0 sat/);
    const some = shown(
      { code: 'no_balance', roomMsat: 5000n },
      { code: 'no_room', roomMsat: 7000n },
    );
    expect(some).toMatch(/│ only 5 sat to give │ room for 7 sat only │/);
  });

  it('says why there is no route', () => {
    const text = shown(
      { code: 'no_route', reason: { code: 'disconnected' } },
      { code: 'no_route', reason: { code: 'amount_too_large', payableMsat: 9_000_000n } },
    );
    expect(text).toMatch(
      /│ no route: no path of announced channels │ no route for more than 9,000 sat │/,
    );
    expect(text).toMatch(/^Left out:\n(.*\n)*Nothing is worth moving now\.$/);
  });
});
