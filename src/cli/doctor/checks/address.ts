/** Whether something answers where the node is said to be. */
import type { NodeAccess } from '../../node-access/chosen-access.ts';
import { type Check, ok } from '../check.ts';
import { stepOfConnecting } from './connecting.ts';

export const address: Check = stepOfConnecting({
  id: 'address',
  after: 'credentials_files',
  fails: ['unreachable', 'wrong_address'],
  passed: async (setUp) => ok(`${placeOf(await setUp.access())} answers`),
});

function placeOf(access: NodeAccess): string {
  switch (access.kind) {
    case 'lnd':
      return access.lnd;
    case 'cln':
      return access.cln;
    case 'clnrest':
      return access.clnrest;
    case 'ldk_server':
      return access.ldkServer;
  }
}
