/** `ballast/ldk-server`: Ballast on an LDK Server. */
export { NodeError, type NodeErrorCode } from '../node-error.ts';
export type { ChannelMapping, ListedLdkChannel } from './channel-map.ts';
export {
  type ConnectLdkServerOptions,
  connectLdkServer,
  type LdkServerNode,
  pullLever,
} from './connect-ldk-server.ts';
export type { Lever, LeverChange, LeverOutcome } from './levers.ts';
export type { GraphLimits, GraphProgress } from './load-graph.ts';
export type { LdkServerChannel } from './own-channels.ts';
