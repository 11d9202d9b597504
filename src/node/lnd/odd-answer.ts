/** For answers that lnd cannot have meant. */
import { NodeError } from '../node-error.ts';

export const oddAnswer = (method: string, what: string): NodeError =>
  new NodeError('rpc', `lnd answered ${method} ${what}; check lnd's version and its log`);
