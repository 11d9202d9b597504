/** Whether the journal has room to grow: a commit that finds none stops a rebalance before it is sent. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Check, ok, warning } from '../check.ts';

/** A year of rebalancing, and the log beside it. */
const ENOUGH_BYTES = 200_000_000;

export const disk: Check = {
  id: 'disk',
  needs: ['store'],
  look: async (setUp) => {
    let folder = dirname(await setUp.journal());
    while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const says = `${Math.floor(free / 1_000_000).toLocaleString('en-US')} MB are free at ${folder}`;
    return free >= ENOUGH_BYTES ? ok(says) : warning(says, 'make room, or name another place');
  },
};
