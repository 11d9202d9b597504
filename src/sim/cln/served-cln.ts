/** What the commands of one served lightningd work on. */
import type { SimulatedNetwork } from '../network.ts';
import type { SimulatedNode } from '../node.ts';
import type { AskreneLayers } from './askrene-layers.ts';
import type { CustomMessages } from './custom-messages.ts';
import type { ForwardTable } from './forward-table.ts';
import type { HtlcTable } from './htlc-table.ts';
import type { InvoiceLabels } from './invoice-labels.ts';
import type { MadeOnions } from './made-onions.ts';
import type { Json, Parameters } from './parameters.ts';
import type { PayLedger } from './pay-ledger.ts';

export interface ServedCln {
  readonly network: SimulatedNetwork;
  readonly node: SimulatedNode;
  readonly version: string;
  /** May be changed while clients are connected. */
  readonly health: { bitcoindSyncing: boolean; lightningdSyncing: boolean };
  readonly pays: PayLedger;
  readonly onions: MadeOnions;
  readonly labels: InvoiceLabels;
  readonly forwards: ForwardTable;
  readonly htlcs: HtlcTable;
  readonly layers: AskreneLayers;
  readonly messages: CustomMessages;
}

interface Command {
  /** Parameters in their order. */
  readonly names: readonly string[];
  /** @throws RpcRefusal by rejecting */
  readonly run: (served: ServedCln, given: Parameters) => Promise<Json>;
}

export type CommandTable = Readonly<Record<string, Command>>;
