/** All checks, each after those that it needs. */
import type { Check } from './check.ts';
import { address } from './checks/address.ts';
import { capabilities } from './checks/capabilities.ts';
import { certificate } from './checks/certificate.ts';
import { chain } from './checks/chain.ts';
import { channels } from './checks/channels.ts';
import { clock } from './checks/clock.ts';
import { configuration } from './checks/configuration.ts';
import { credentials } from './checks/credentials.ts';
import { credentialsFiles } from './checks/credentials-files.ts';
import { disk } from './checks/disk.ts';
import { graph } from './checks/graph.ts';
import { interceptor } from './checks/interceptor.ts';
import { nodeJs } from './checks/node-js.ts';
import { permissions } from './checks/permissions.ts';
import { ready } from './checks/ready.ts';
import { store } from './checks/store.ts';
import { storeMode } from './checks/store-mode.ts';
import { storeOwner } from './checks/store-owner.ts';
import { unfinished } from './checks/unfinished.ts';
import { version } from './checks/version.ts';

export const CHECKS: readonly Check[] = [
  nodeJs,
  configuration,
  credentialsFiles,
  address,
  certificate,
  ready,
  credentials,
  version,
  chain,
  graph,
  clock,
  ...permissions,
  channels,
  interceptor,
  capabilities,
  store,
  storeMode,
  storeOwner,
  unfinished,
  disk,
];
