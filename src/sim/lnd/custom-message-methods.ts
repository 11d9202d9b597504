/** SendCustomMessage and SubscribeCustomMessages (lnd: `server.go`, `lnwire/custom.go`). */
import { status } from '@grpc/grpc-js';
import type { LightningServer, LightningService } from '../../generated/services/lightning.ts';
import { bytesToHex, hexToBytes } from '../../units/bytes.ts';
import { isNodeId } from '../../units/ids.ts';
import { plainError, RpcError } from './rpc-error.ts';
import type { Methods } from './rpc-methods.ts';
import type { ServedNode } from './served-node.ts';

const FIRST_CUSTOM_TYPE = 32_768;
const LAST_TYPE = 65_535;

export function customMessageMethods(
  served: ServedNode,
): Pick<
  Methods<typeof LightningService, LightningServer>,
  'sendCustomMessage' | 'subscribeCustomMessages'
> {
  const { network, node } = served;
  return {
    sendCustomMessage: ({ peer, type, data }) => {
      const to = bytesToHex(peer);
      if (!isNodeId(to)) throw plainError('invalid public key');
      if (type > LAST_TYPE || type < FIRST_CUSTOM_TYPE) {
        throw plainError(`custom message type ${type} is not in the custom range`);
      }
      if (!node.listChannels().some((channel) => channel.peer === to && channel.active)) {
        throw new RpcError(status.NOT_FOUND, 'peer is not connected');
      }
      network.messages.send({ from: node.nodeId, to, type, data: new Uint8Array(data) });
      return { status: 'message sent successfully' };
    },
    subscribeCustomMessages: async function* (_request, signal) {
      for await (const { from, type, data } of network.messages.inbox(node.nodeId, signal)) {
        yield { peer: hexToBytes(from), type, data };
      }
    },
  };
}
