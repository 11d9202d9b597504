/** The options that name a node. Which of them go together is checked once all are known. */
import type { Command } from 'commander';

const NODE_GROUP = 'The node, in one of four ways:';
export const OTHER_GROUP = 'Options:';

export function addNodeAccess(command: Command): Command {
  return command
    .optionsGroup(NODE_GROUP)
    .option('--lnd <host:port>', "lnd's gRPC address, usually port 10009; with --tls, --macaroon")
    .option(
      '--tls <file>',
      "lnd's tls.cert; LDK Server's tls.crt; for clnrest ca.pem of lightningd, unless a public authority has signed",
    )
    .option('--macaroon <file>', 'a macaroon of lnd; `ballast init` tells how to bake it')
    .option('--cln <socket>', "Core Lightning's socket, such as ~/.lightning/bitcoin/lightning-rpc")
    .option('--clnrest <url>', "Core Lightning's clnrest, usually port 3010; with --rune")
    .option(
      '--rune <file or rune>',
      'better a file that holds the rune: other users of the machine see what is typed here',
    )
    .option(
      '--gossip-store <file>',
      "lightningd's gossip_store, for the graph with inbound fees; with --cln or --clnrest",
    )
    .option(
      '--ldk-server <host:port>',
      "LDK Server's gRPC address, usually port 3536; with --tls, --api-key",
    )
    .option('--api-key <file>', "LDK Server's api_key")
    .optionsGroup(OTHER_GROUP);
}

/** Where the journal is. */
export const addJournal = (command: Command): Command =>
  command.option(
    '--store <file>',
    'the journal of what was sent (default: one for each node, in ~/.local/state/ballast)',
  );
