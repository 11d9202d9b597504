/** Whether something answers where the node is said to be. */
import { EXIT, UsageError } from '../../exit-codes.ts';
import { checkAddress } from '../../node-access/check-access.ts';
import type { NodeAccess } from '../../node-access/chosen-access.ts';
import { type Check, failedBy, ok } from '../check.ts';
import { stepOfConnecting } from './connecting.ts';

const connecting = stepOfConnecting({
  id: 'address',
  after: 'credentials_files',
  fails: ['unreachable', 'wrong_address'],
  passed: async (setUp) => ok(`${placeOf(await setUp.access())} answers`),
});

export const address: Check = {
  ...connecting,
  look: async (setUp) => {
    try {
      await checkAddress(await setUp.access(), setUp.names);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return failedBy(error.message, EXIT.usage);
    }
    return connecting.look(setUp);
  },
};

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
