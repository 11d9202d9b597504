/** getinfo, and what a client asks to find out what the node can do. */
import type { Json, Parameters } from './parameters.ts';
import { text } from './parameters.ts';
import type { CommandTable, ServedCln } from './served-cln.ts';

export const INFO_COMMANDS: CommandTable = {
  getinfo: { names: [], run: getInfo },
};

async function getInfo({ network, node, version, health }: ServedCln): Promise<Json> {
  const channels = node.listChannels();
  const active = channels.filter((channel) => channel.active).length;
  return {
    id: node.nodeId,
    alias: node.alias,
    color: '000000',
    num_peers: new Set(channels.map(({ peer }) => peer)).size,
    num_pending_channels: 0,
    num_active_channels: active,
    num_inactive_channels: channels.length - active,
    address: [],
    binding: [],
    version,
    blockheight: network.blockHeight,
    network: 'regtest',
    fees_collected_msat: node.forwardingHistory().reduce((sum, { feeMsat }) => sum + feeMsat, 0n),
    'lightning-dir': '/nowhere',
    ...(health.bitcoindSyncing
      ? { warning_bitcoind_sync: 'Bitcoind is not up-to-date with network.' }
      : {}),
    ...(health.lightningdSyncing
      ? { warning_lightningd_sync: 'Still loading latest blocks from bitcoind.' }
      : {}),
  };
}

/** `help COMMAND` tells whether there is such a command. */
export const helpCommand = (names: () => readonly string[]): CommandTable => ({
  help: {
    names: ['command'],
    run: async (_served: ServedCln, given: Parameters): Promise<Json> => {
      const asked = given.optional('command', text);
      const shown = names().filter((name) => asked === undefined || name === asked);
      return { help: shown.map((name) => ({ command: name })) };
    },
  },
});
