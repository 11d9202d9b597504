/** Messages to and from peers over lnd, which keeps type and data apart. */
import {
  type CustomMessage,
  SendCustomMessageRequest,
  SubscribeCustomMessagesRequest,
} from '../../generated/services/custom_messages.ts';
import { LightningService } from '../../generated/services/lightning.ts';
import type { CustomMessageNews, CustomMessages, StopSignal } from '../../ports.ts';
import { bytesToHex, hexToBytes } from '../../units/bytes.ts';
import { isNodeId } from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import { assertSendable } from '../sendable-message.ts';
import type { LndCalls } from './lnd-calls.ts';
import { oddAnswer } from './odd-answer.ts';
import { ownBytes } from './own-bytes.ts';
import { isServiceError } from './stream-messages.ts';

const METHOD = LightningService.subscribeCustomMessages;

export const customMessages = (calls: LndCalls, deadlineMs: number): CustomMessages => ({
  send: async (message) => {
    assertSendable(message);
    const { peer, type, data } = message;
    const request = SendCustomMessageRequest.fromPartial({ peer: hexToBytes(peer), type, data });
    await calls.unary(LightningService.sendCustomMessage, request, deadlineMs);
  },
  receive: ({ signal }) => receive(calls, signal),
});

/**
 * Ends quietly when the signal aborts, and rejects with `NodeError` when lnd ends it. lnd does not say when it has begun
 * to listen: that is told once the request is out, ahead of whatever is sent afterwards.
 */
async function* receive(
  calls: LndCalls,
  signal: StopSignal,
): AsyncGenerator<CustomMessageNews, void, undefined> {
  if (signal.aborted) return;
  const stream = await calls.stream(METHOD, SubscribeCustomMessagesRequest.create());
  const cancel = (): void => stream.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    if (signal.aborted) return;
    yield { kind: 'listening' };
    for await (const message of stream as AsyncIterable<CustomMessage>) yield readMessage(message);
  } catch (error) {
    if (signal.aborted) return;
    throw isServiceError(error) ? await calls.explain(error, METHOD.path, null) : error;
  } finally {
    signal.removeEventListener('abort', cancel);
    calls.finish(stream);
  }
  if (signal.aborted) return;
  throw new NodeError('rpc', 'lnd stopped reporting messages of peers; subscribe again');
}

function readMessage({ peer, type, data }: CustomMessage): CustomMessageNews {
  const nodeId = bytesToHex(peer);
  if (!isNodeId(nodeId)) throw oddAnswer('SubscribeCustomMessages', `with the peer "${nodeId}"`);
  return { kind: 'message', peer: nodeId, type, data: ownBytes(data) };
}
