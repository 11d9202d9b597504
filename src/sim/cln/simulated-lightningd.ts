/** A simulated node behind lightningd's commands, without a wire: `call(method, params)` as plugins and sockets make it. */
import type { NodeId } from '../../units/ids.ts';
import type { SimulatedNetwork } from '../network.ts';
import { AskreneLayers } from './askrene-layers.ts';
import { ASKRENE_COMMANDS } from './askrene-methods.ts';
import { CHANNEL_COMMANDS } from './channel-methods.ts';
import { CustomMessages, MESSAGE_COMMANDS } from './custom-messages.ts';
import { FORWARD_COMMANDS } from './forward-methods.ts';
import { ForwardTable } from './forward-table.ts';
import { HTLC_COMMANDS } from './htlc-methods.ts';
import { HtlcTable } from './htlc-table.ts';
import { helpCommand, INFO_COMMANDS } from './info-methods.ts';
import { InvoiceLabels } from './invoice-labels.ts';
import { INVOICE_COMMANDS } from './invoice-methods.ts';
import { MadeOnions } from './made-onions.ts';
import { ONION_COMMANDS } from './onion-methods.ts';
import { type Json, Parameters } from './parameters.ts';
import { PayLedger } from './pay-ledger.ts';
import { PAY_COMMANDS } from './pay-methods.ts';
import { RPC_CODE, RpcRefusal } from './rpc-refusal.ts';
import type { CommandTable, ServedCln } from './served-cln.ts';

export interface LightningdOptions {
  /** What getinfo tells. Default `v26.06`. */
  readonly version?: string;
  /** Commands that this lightningd has not, such as those of a plugin that is not loaded. */
  readonly without?: readonly string[];
}

/**
 * Not simulated: offers, `pay` and `xpay`, plugins and their hooks, `getroutes`, on-chain funds. An invoice takes no less than 24 blocks for its last HTLC.
 */
export class SimulatedLightningd {
  readonly served: ServedCln;
  readonly #commands: CommandTable;

  /** @throws RangeError when the network has no such node. */
  constructor(network: SimulatedNetwork, nodeId: NodeId, options: LightningdOptions = {}) {
    const node = network.node(nodeId);
    this.served = {
      network,
      node,
      version: options.version ?? 'v26.06',
      health: { bitcoindSyncing: false, lightningdSyncing: false },
      pays: new PayLedger(network.clock),
      onions: new MadeOnions(),
      labels: new InvoiceLabels(),
      forwards: new ForwardTable(node),
      htlcs: new HtlcTable(network, nodeId),
      layers: new AskreneLayers(),
      messages: new CustomMessages(),
    };
    const all: CommandTable = {
      ...INFO_COMMANDS,
      ...CHANNEL_COMMANDS,
      ...INVOICE_COMMANDS,
      ...PAY_COMMANDS,
      ...ONION_COMMANDS,
      ...FORWARD_COMMANDS,
      ...HTLC_COMMANDS,
      ...ASKRENE_COMMANDS,
      ...MESSAGE_COMMANDS,
      ...helpCommand(() => Object.keys(this.#commands)),
    };
    this.#commands = Object.fromEntries(
      Object.entries(all).filter(([name]) => options.without?.includes(name) !== true),
    );
  }

  /** @throws RpcRefusal by rejecting */
  async call(method: string, params: Json): Promise<Json> {
    const command = Object.hasOwn(this.#commands, method) ? this.#commands[method] : undefined;
    if (command === undefined) {
      throw new RpcRefusal(RPC_CODE.unknownCommand, `Unknown command '${method}'`);
    }
    return command.run(this.served, new Parameters(params, command.names));
  }

  close(): void {
    this.served.forwards.close();
    this.served.htlcs.close();
  }
}
