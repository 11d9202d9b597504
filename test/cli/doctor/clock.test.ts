import { describe, expect, it } from 'vitest';
import { clock } from '../../../src/cli/doctor/checks/clock.ts';
import type { SetUp } from '../../../src/cli/doctor/set-up.ts';
import type { ChannelRecord, NodeInfo } from '../../../src/ports.ts';

const NOW_MS = Date.UTC(2026, 5, 1);
const MINUTE_MS = 60_000;

function seen(parts: {
  readonly bestBlockAtMs?: number;
  readonly synced?: boolean;
  /** Dates of policies, ms. */
  readonly policies?: readonly number[];
}): SetUp {
  const { bestBlockAtMs, synced = true, policies = [] } = parts;
  const info = {
    syncedToChain: synced,
    ...(bestBlockAtMs !== undefined && { bestBlockAtMs }),
  } as NodeInfo;
  const channels = policies.map(
    (atMs) => ({ policy1: { lastUpdate: atMs / 1000 }, policy2: null }) as ChannelRecord,
  );
  return {
    now: () => NOW_MS,
    info: async () => info,
    graph: async () => ({ nodes: [], channels, rejected: [] }),
  } as unknown as SetUp;
}

describe('the clock', () => {
  it.each([
    [-1, 'ok', /1 minutes old/],
    [-119, 'ok', /119 minutes old/],
    [-121, 'warning', /121 minutes old: the clock is ahead/],
    [119, 'ok', /119 minutes ahead of this clock, as blocks may be/],
    [121, 'warning', /this clock is behind: the newest block is 121 minutes ahead/],
  ])('with a newest block %i minutes from now is %s', async (minutes, status, says) => {
    const found = await clock.look(seen({ bestBlockAtMs: NOW_MS + minutes * MINUTE_MS }));
    expect(found.status).toBe(status);
    expect(found.says).toMatch(says);
  });

  it('is not blamed for a node that is behind the chain', async () => {
    const bestBlockAtMs = NOW_MS - 10_000 * MINUTE_MS;
    expect((await clock.look(seen({ bestBlockAtMs, synced: false }))).status).toBe('ok');
  });

  const past = Array.from({ length: 990 }, (_, i) => NOW_MS - i * MINUTE_MS);
  const ahead = (count: number) =>
    Array.from({ length: count }, (_, i) => NOW_MS + (11 + i) * MINUTE_MS);

  it.each([
    [[], 'skipped'],
    [past, 'ok'],
    [[...past, ...ahead(4)], 'ok'],
    [[...past, ...ahead(6)], 'warning'],
  ])('is compared with policies where no block is dated', async (policies, status) => {
    expect((await clock.look(seen({ policies }))).status).toBe(status);
  });
});
