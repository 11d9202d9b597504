import { describe, expect, it } from 'vitest';
import { graph } from '../../../src/cli/doctor/checks/graph.ts';
import type { SetUp } from '../../../src/cli/doctor/set-up.ts';
import type { ChannelRecord, GraphDescription, NodeInfo } from '../../../src/ports.ts';

const NOW_MS = Date.UTC(2026, 5, 1);
const HOUR_S = 3600;

const updated = (ageSeconds: number): ChannelRecord =>
  ({
    policy1: null,
    policy2: { lastUpdate: NOW_MS / 1000 - ageSeconds },
  }) as ChannelRecord;

const look = (description: Partial<GraphDescription>) =>
  graph.look({
    now: () => NOW_MS,
    info: async () => ({ syncedToGraph: true }) as NodeInfo,
    graph: async () => ({ nodes: [], channels: [], rejected: [], ...description }),
  } as unknown as SetUp);

describe('the graph', () => {
  it('that is empty leaves nothing to route over', async () => {
    const found = await look({});
    expect(found).toMatchObject({ status: 'failed', exit: 6 });
    expect(found).toHaveProperty('fix');
  });

  it.each([
    [120, 'ok', /2 channels between 0 nodes, the newest policy 2 minutes old$/],
    [5 * HOUR_S, 'ok', /300 minutes old/],
    [7 * HOUR_S, 'warning', /no news since 7 hours/],
  ])('whose newest policy is %i s old is %s', async (age, status, says) => {
    const found = await look({ channels: [updated(100 * HOUR_S), updated(age)] });
    expect(found.status).toBe(status);
    expect(found.says).toMatch(says);
  });

  it('without dates is taken as it is, and what cannot be read is told', async () => {
    const channels = [{ policy1: null, policy2: null } as ChannelRecord];
    const rejected = [{ kind: 'node', id: 'x', reason: 'y' }] as const;
    expect(await look({ channels, rejected })).toEqual({
      status: 'ok',
      says: '1 channel between 0 nodes; 1 record cannot be read',
    });
  });
});
