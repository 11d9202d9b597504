/** `[node]` in the terms of a command line. */
import type { AccessNames, AccessOptions } from '../node-access/access-options.ts';
import type { NodeTable } from './sections.ts';

export const NODE_NAMES: AccessNames = {
  of: {
    lnd: 'lnd',
    tls: 'tls',
    macaroon: 'macaroon',
    cln: 'cln',
    clnrest: 'clnrest',
    rune: 'rune_file',
    gossipStore: 'gossip_store',
    ldkServer: 'ldk_server',
    apiKey: 'api_key',
  },
  prefix: '[node] ',
  none: 'names no node',
};

/** Those of the keys that were given. */
export const accessOptionsOf = (table: NodeTable): AccessOptions =>
  Object.fromEntries(
    Object.entries(NODE_NAMES.of).flatMap(([field, key]) => {
      const value = (table as Readonly<Record<string, string | undefined>>)[key];
      return value === undefined ? [] : [[field, value]];
    }),
  );
