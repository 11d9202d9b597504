/** Whether the node is up: its wallet open, its services started, answering in time. */
import { type Check, ok } from '../check.ts';
import { stepOfConnecting } from './connecting.ts';

export const ready: Check = stepOfConnecting({
  id: 'ready',
  after: 'certificate',
  fails: 'rest',
  passed: async () => ok('the node is up and takes calls'),
});
