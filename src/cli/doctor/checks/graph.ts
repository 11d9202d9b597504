/** Whether the node knows the network's channels, and hears of their changes. */
import type { GraphDescription } from '../../../ports.ts';
import { EXIT } from '../../exit-codes.ts';
import { plural } from '../../render/figures.ts';
import { type Check, failed, ok, warning } from '../check.ts';

const HOUR_MS = 3_600_000;
/** Somewhere in the network a policy changes every few seconds. */
const STALE_MS = 6 * HOUR_MS;
/** Tens of megabytes, or a call for each channel. */
const DEADLINE_MS = 150_000;

export const graph: Check = {
  id: 'graph',
  needs: ['version'],
  deadlineMs: DEADLINE_MS,
  look: async (setUp) => {
    const { syncedToGraph } = await setUp.info();
    if (!syncedToGraph) {
      return failed('not in sync with the graph: the cheapest circles would not be found', {
        exit: EXIT.node,
        fix: 'wait: after a start it takes minutes; if it lasts, see that the node has peers',
      });
    }
    return judge(await setUp.graph(), setUp.now());
  },
};

function judge({ nodes, channels, rejected }: GraphDescription, nowMs: number) {
  if (channels.length === 0) {
    return failed('the graph has no channels, so there are no routes', {
      exit: EXIT.node,
      fix: 'connect the node to peers that tell it of the network, and wait',
    });
  }
  const size = `${plural(channels.length, 'channel')} between ${plural(nodes.length, 'node')}`;
  const newestMs = newestUpdateMs(channels);
  const oldHours = Math.floor((nowMs - newestMs) / HOUR_MS);
  const refused =
    rejected.length === 0 ? '' : `; ${plural(rejected.length, 'record')} cannot be read`;
  if (newestMs > 0 && nowMs - newestMs > STALE_MS) {
    return warning(
      `${size}, but no news since ${oldHours} hours${refused}`,
      'see that the node has peers which tell it of changes; on a test network this may be all right',
    );
  }
  const age =
    newestMs === 0
      ? ''
      : `, the newest policy ${Math.max(0, Math.round((nowMs - newestMs) / 60_000))} minutes old`;
  return ok(`${size}${age}${refused}`);
}

/** 0 where no policy has a date. */
function newestUpdateMs(channels: GraphDescription['channels']): number {
  let newest = 0;
  for (const { policy1, policy2 } of channels) {
    newest = Math.max(newest, policy1?.lastUpdate ?? 0, policy2?.lastUpdate ?? 0);
  }
  return newest * 1000;
}
