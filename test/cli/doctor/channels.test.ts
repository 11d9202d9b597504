import { describe, expect, it } from 'vitest';
import { channels } from '../../../src/cli/doctor/checks/channels.ts';
import type { SetUp } from '../../../src/cli/doctor/set-up.ts';
import type { OwnChannel } from '../../../src/ports.ts';

const channel = (spendableSat: bigint, receivableSat: bigint, active = true): OwnChannel =>
  ({
    spendableMsat: spendableSat * 1000n,
    receivableMsat: receivableSat * 1000n,
    active,
  }) as OwnChannel;

const look = (all: readonly OwnChannel[]) =>
  channels.look({ channels: async () => all } as unknown as SetUp);

describe('own channels', () => {
  it.each([
    ['none', [], 'warning', /no channels: there is nothing to move/],
    ['one', [channel(1_000_000n, 1_000_000n)], 'warning', /one channel alone/],
    [
      'a source and a target',
      [channel(60_000n, 0n), channel(0n, 60_000n)],
      'ok',
      /0 can do either/,
    ],
    [
      'two of both',
      [channel(60_000n, 60_000n), channel(60_000n, 60_000n)],
      'ok',
      /2 can do either/,
    ],
    ['sources alone', [channel(60_000n, 0n), channel(60_000n, 0n)], 'warning', /0 can take them/],
    ['one that is all', [channel(60_000n, 60_000n), channel(0n, 0n)], 'warning', /1 can do either/],
    ['crumbs', [channel(49_999n, 0n), channel(0n, 49_999n)], 'warning', /0 can give 50,000 sat/],
    [
      'most of them away',
      [channel(60_000n, 60_000n), channel(1n, 1n, false), channel(1n, 1n, false)],
      'warning',
      /3 channels, 1 active/,
    ],
  ])('%s', async (_, all, status, says) => {
    const found = await look(all);
    expect(found.status).toBe(status);
    expect(found.says).toMatch(says);
  });
});
