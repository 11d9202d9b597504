/** Whether there is anything to rebalance: channels that are up, with liquidity to give and room to take. */
import type { OwnChannel } from '../../../ports.ts';
import { plural } from '../../render/figures.ts';
import { type Check, type Finding, ok, warning } from '../check.ts';

/** The least that plans move by default. */
const WORTH_MOVING_MSAT = 50_000_000n;

export const channels: Check = {
  id: 'channels',
  needs: ['version'],
  look: async (setUp) => judge(await setUp.channels()),
};

function judge(all: readonly OwnChannel[]): Finding {
  if (all.length < 2) {
    const count = all.length === 0 ? 'no channels' : 'one channel alone';
    return warning(
      `the node has ${count}: there is nothing to move liquidity between`,
      'open some',
    );
  }
  const active = all.filter((channel) => channel.active);
  const gives = active.filter(({ spendableMsat }) => spendableMsat >= WORTH_MOVING_MSAT);
  const takes = active.filter(({ receivableMsat }) => receivableMsat >= WORTH_MOVING_MSAT);
  const both = gives.filter((channel) => takes.includes(channel)).length;
  const says = `${plural(all.length, 'channel')}, ${active.length} active; ${gives.length} can give 50,000 sat, ${takes.length} can take them, ${both} can do either`;
  if (active.length * 2 < all.length) {
    return warning(says, 'most of your peers are away: see that the node is online and connected');
  }
  const pairs = gives.some((from) => takes.some((to) => to !== from));
  return pairs
    ? ok(says)
    : warning(says, 'no channel has liquidity for another one: open or splice channels first');
}
