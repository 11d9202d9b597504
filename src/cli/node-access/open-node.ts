/** Connects to the node that was chosen, once all is checked that can be without it. */
import { connectCln } from '../../node/cln/index.ts';
import { connectLdkServer, type LdkServerNode } from '../../node/ldk-server/index.ts';
import { connectLnd } from '../../node/lnd/index.ts';
import type { LightningNode, Log } from '../../ports.ts';
import type { Output } from '../output.ts';
import { warningLog } from '../warning-log.ts';
import { type AccessNames, OPTION_NAMES } from './access-options.ts';
import { checkAddress, checkClnrest, checkFiles } from './check-access.ts';
import type { LdkServerAccess, NodeAccess } from './chosen-access.ts';
import { tellGraphProgress } from './graph-progress.ts';

export interface Opening {
  /** Default: those of the command line. */
  readonly names?: AccessNames;
  /** Told what the node warns of. Default: warnings go to standard error. */
  readonly log?: Log;
  /** Where the node is looked at and not used: one that is behind will do, and answers are not waited for as long. */
  readonly patience?: Patience;
}

interface Patience {
  readonly requireSynced: boolean;
  readonly callDeadlineMs: number;
  readonly connectDeadlineMs: number;
}

/**
 * @throws UsageError for an address that is malformed, and for a file that is missing or not of its kind; NodeError where
 * the node cannot be used.
 */
export async function openNode(
  access: NodeAccess,
  output: Output,
  opening: Opening = {},
): Promise<LightningNode> {
  const { names = OPTION_NAMES, patience } = opening;
  switch (access.kind) {
    case 'lnd': {
      await check(access, names);
      const { lnd: address, tls: tlsCert, macaroon } = access;
      return connectLnd({ address, tlsCert, macaroon, ...patience });
    }
    case 'cln': {
      await check(access, names);
      return connectCln({ socket: access.cln, ...graphOf(access), ...patience });
    }
    case 'clnrest': {
      const rune = await checkClnrest(access, names);
      const { clnrest: restUrl, tls } = access;
      const authority = tls === undefined ? {} : { tlsCa: tls };
      return connectCln({ restUrl, rune, ...authority, ...graphOf(access), ...patience });
    }
    case 'ldk_server':
      return openLdkServer(access, output, opening);
  }
}

async function check(access: NodeAccess, names: AccessNames): Promise<void> {
  await checkAddress(access, names);
  await checkFiles(access, names);
}

const graphOf = ({ gossipStore }: { readonly gossipStore?: string }): { gossipStore?: string } =>
  gossipStore === undefined ? {} : { gossipStore };

/** The same, for what only LDK Server has. Says how far the graph has come. */
export async function openLdkServer(
  access: LdkServerAccess,
  output: Output,
  { names = OPTION_NAMES, log = warningLog(output), patience }: Opening = {},
): Promise<LdkServerNode> {
  await check(access, names);
  return connectLdkServer({
    address: access.ldkServer,
    tlsCert: access.tls,
    apiKey: access.apiKey,
    log,
    ...(patience === undefined && { onGraphProgress: tellGraphProgress(output) }),
    ...patience,
  });
}
