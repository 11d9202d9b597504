/** What lnd remembers of a pair of nodes: the type alone, which the node's port declares. */
export type { MissionControlPair } from '../ports.ts';
