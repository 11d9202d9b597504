/** Whether the node's software is one that Ballast works with. */
import { systemOf } from '../../node-access/chosen-access.ts';
import { SYSTEM_NAMES } from '../../node-access/node-system.ts';
import { nodeName } from '../../render/figures.ts';
import { type Check, ok } from '../check.ts';
import { stepOfConnecting } from './connecting.ts';

export const version: Check = stepOfConnecting({
  id: 'version',
  after: 'credentials',
  fails: ['too_old'],
  passed: async (setUp) => {
    const info = await setUp.info();
    const system = SYSTEM_NAMES[systemOf(await setUp.access())];
    const named = info.version.startsWith(system) ? info.version : `${system} ${info.version}`;
    return ok(`${named}, node ${nodeName(info)} (${info.nodeId})`);
  },
});
