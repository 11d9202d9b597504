import { describe, expect, it } from 'vitest';
import { fillingAlone } from '../../src/planner/filling-alone.ts';
import { planRebalances } from '../../src/planner/plan-rebalances.ts';
import type { PlanRequest } from '../../src/planner/rebalance-plan-request.ts';
import { parseChannelId } from '../../src/units/ids.ts';
import { idOf, steady, worldOf } from './plan-world.ts';

const WORLD = worldOf(
  [
    { peer: 1, localSat: 9_000_000 },
    { peer: 2, localSat: 100_000, fees: { feeRatePpm: 900 } },
    { peer: 3, localSat: 100_000, fees: { feeRatePpm: 900 } },
  ],
  [
    [1, 2, 50],
    [1, 3, 50],
  ],
);
const DEMAND = [2, 3].map((peer) => steady(peer, { outSat: 400_000 }));

const targetsOf = (request: PlanRequest, into: Parameters<typeof fillingAlone>[2]) => {
  const narrowed = fillingAlone(request, WORLD.ownChannels, into);
  const { moves } = planRebalances(WORLD, { demand: DEMAND, ...narrowed });
  return [...new Set(moves.map(({ inChannelId }) => inChannelId))];
};

describe('fillingAlone', () => {
  it('fills the channels that are named, and no other', () => {
    expect(targetsOf({}, [idOf(2)])).toEqual([idOf(2)]);
    expect(targetsOf({}, [idOf(3)])).toEqual([idOf(3)]);
    expect(targetsOf({}, [idOf(2), idOf(3)]).sort()).toEqual([idOf(2), idOf(3)]);
  });

  it('keeps to what the request allows', () => {
    expect(targetsOf({ targets: [idOf(3)] }, [idOf(2), idOf(3)])).toEqual([idOf(3)]);
    expect(targetsOf({ targets: [idOf(3)] }, [idOf(2)])).toEqual([]);
    expect(targetsOf({ exclude: idOf(2) }, [idOf(2)])).toEqual([]);
    const rules = [{ channels: idOf(2), use: 'source' as const }];
    expect(targetsOf({ rules }, [idOf(2)])).toEqual([]);
    const sources = [idOf(1)];
    const explicit = { strategy: 'explicit' as const, sources, targets: [idOf(2)] };
    expect(targetsOf(explicit, [idOf(3)])).toEqual([]);
  });

  it('plans nothing for what is no channel of ours', () => {
    expect(targetsOf({}, [parseChannelId('999')])).toEqual([]);
    expect(targetsOf({}, [])).toEqual([]);
  });

  it('knows a channel by its id in the graph', () => {
    const [first, ...rest] = WORLD.ownChannels;
    const graphChannelId = parseChannelId('777');
    const renamed = [...rest, { ...first!, graphChannelId }];
    expect(fillingAlone({}, renamed, [graphChannelId]).targets).toEqual([first!.channelId]);
  });
});
