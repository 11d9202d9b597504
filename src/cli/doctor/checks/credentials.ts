/** Whether the node takes what we show it, and which node it is. */
import type { NodeAccess } from '../../node-access/chosen-access.ts';
import { type Check, ok } from '../check.ts';
import { stepOfConnecting } from './connecting.ts';

export const credentials: Check = stepOfConnecting({
  id: 'credentials',
  after: 'ready',
  fails: ['wrong_macaroon', 'wrong_api_key', 'clock_skew', 'permission_denied'],
  passed: async (setUp) => ok(`${shownBy(await setUp.access())} is accepted`),
});

function shownBy({ kind }: NodeAccess): string {
  switch (kind) {
    case 'lnd':
      return 'the macaroon';
    case 'cln':
      return 'this user';
    case 'clnrest':
      return 'the rune';
    case 'ldk_server':
      return 'the API key';
  }
}
