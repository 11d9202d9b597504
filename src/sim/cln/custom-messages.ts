/** Messages between peers that lightningd passes on without reading (Core Lightning: `lightningd/connect_control.c`). */
import type { NodeId } from '../../units/ids.ts';
import { hexBytes, type Json, nodeKey, type Parameters } from './parameters.ts';
import { RPC_CODE, RpcRefusal } from './rpc-refusal.ts';
import type { CommandTable, ServedCln } from './served-cln.ts';

export interface CustomMessage {
  readonly peer: NodeId;
  readonly type: number;
  /** Without the type. */
  readonly data: string;
}

/** What was sent, and what peers answer. */
export class CustomMessages {
  readonly #sent: CustomMessage[] = [];

  get sent(): readonly CustomMessage[] {
    return this.#sent;
  }

  send(message: CustomMessage): void {
    this.#sent.push(message);
  }
}

/** Types of BOLT 1, 2 and 7 that lightningd keeps for itself. */
const OWN_TYPES: ReadonlySet<number> = new Set([
  1, 2, 16, 17, 18, 19, 32, 33, 34, 35, 36, 38, 39, 40, 41, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73,
  74, 77, 80, 81, 127, 128, 130, 131, 132, 133, 134, 135, 136, 256, 257, 258, 259, 261, 262, 263,
  264, 265, 513,
]);

export const MESSAGE_COMMANDS: CommandTable = {
  sendcustommsg: { names: ['node_id', 'msg'], run: sendCustomMessage },
};

async function sendCustomMessage(served: ServedCln, given: Parameters): Promise<Json> {
  const peer = given.required('node_id', nodeKey);
  const message = given.required('msg', hexBytes);
  const type = Number.parseInt(message.slice(0, 4), 16);
  if (OWN_TYPES.has(type)) {
    throw new RpcRefusal(
      RPC_CODE.invalidRequest,
      `Cannot send messages of type ${type}. It is not possible to send messages that have a type managed internally since that might cause issues with the internal state tracking.`,
    );
  }
  const link = served.node.listChannels().find((channel) => channel.peer === peer);
  if (link === undefined) throw new RpcRefusal(RPC_CODE.lightningd, 'No such peer');
  if (!link.active) throw new RpcRefusal(RPC_CODE.lightningd, 'Peer is not connected');
  served.messages.send({ peer, type, data: message.slice(4) });
  return { status: 'Message sent to connectd for delivery' };
}
