/** HtlcInterceptor (lnd: `routerrpc/forward_interceptor.go`): offers go out, answers come in, any bad one ends it all. */
import { status } from '@grpc/grpc-js';
import { Failure_FailureCode as Code } from '../../generated/messages/failure.ts';
import {
  ResolveHoldForwardAction as Action,
  ForwardHtlcInterceptRequest,
  type ForwardHtlcInterceptResponse,
  type RouterServer,
  type RouterService,
} from '../../generated/services/router.ts';
import { hexToBytes } from '../../units/bytes.ts';
import type { ChannelId } from '../../units/ids.ts';
import type { HtlcKey } from '../channel.ts';
import type {
  ClientFailureCode,
  ForwardResolution,
  InterceptorConnection,
  OfferedForward,
} from '../forward-gate.ts';
import { OfferQueue } from './offer-queue.ts';
import { readPreimage } from './request-fields.ts';
import { plainError, RpcError } from './rpc-error.ts';
import type { Methods } from './rpc-methods.ts';
import type { ServedNode } from './served-node.ts';

/** Length of a real onion, so that as many offers fit into a connection's buffers as with lnd. */
const ONION_BYTES = 1366;
/** An encrypted failure: BOLT 4's 256 bytes, an HMAC and two lengths. */
const FAILURE_BYTES = 256 + 32 + 2 + 2;
const FIRST_CUSTOM_TYPE = 65536n;

export function interceptorMethods(
  served: ServedNode,
): Pick<Methods<typeof RouterService, RouterServer>, 'htlcInterceptor'> {
  return { htlcInterceptor: (answers, signal) => intercept(served, answers, signal) };
}

async function* intercept(
  served: ServedNode,
  answers: AsyncIterable<ForwardHtlcInterceptResponse>,
  signal: AbortSignal,
): AsyncGenerator<ForwardHtlcInterceptRequest> {
  const offers = new OfferQueue(signal);
  const result = served.node.interceptForwards({
    offer: (forward) => offers.push(forward),
    ended: (reason) => offers.end(new RpcError(status.UNAVAILABLE, reason)),
  });
  if (result.kind === 'error') throw plainError(result.message);
  const { connection } = result;
  void readAnswers(answers, connection).then((reason) => offers.end(reason));
  try {
    for (;;) {
      const forward = await offers.next();
      if (forward === undefined) return;
      yield writeOffer(forward);
      if (offers.hasRoom) connection.ready();
    }
  } finally {
    connection.disconnect();
  }
}

/** Why the stream ends: the first answer that lnd cannot carry out, or the client having no more to say. */
async function readAnswers(
  answers: AsyncIterable<ForwardHtlcInterceptResponse>,
  connection: InterceptorConnection,
): Promise<Error> {
  try {
    for await (const answer of answers) {
      const { circuit, resolution } = readAnswer(answer);
      const outcome = await connection.resolve(circuit, resolution);
      if (outcome.kind === 'error') return plainError(outcome.message);
    }
    return plainError('EOF');
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const writeOffer = (forward: OfferedForward): ForwardHtlcInterceptRequest =>
  ForwardHtlcInterceptRequest.fromPartial({
    incomingCircuitKey: { chanId: forward.circuit.channelId, htlcId: forward.circuit.index },
    paymentHash: hexToBytes(forward.paymentHash),
    incomingAmountMsat: forward.incomingAmountMsat,
    incomingExpiry: forward.incomingExpiry,
    outgoingRequestedChanId: forward.outgoingChannelId,
    outgoingAmountMsat: forward.outgoingAmountMsat,
    outgoingExpiry: forward.outgoingExpiry,
    autoFailHeight: forward.autoFailHeight,
    onionBlob: new Uint8Array(ONION_BYTES),
  });

/** @throws RpcError with lnd's text. */
function readAnswer(answer: ForwardHtlcInterceptResponse): {
  readonly circuit: HtlcKey;
  readonly resolution: ForwardResolution;
} {
  const key = answer.incomingCircuitKey;
  if (key === undefined) throw invalid('CircuitKey missing from ForwardHtlcInterceptResponse');
  const circuit = { channelId: key.chanId as ChannelId, index: key.htlcId };
  return { circuit, resolution: readResolution(answer) };
}

function readResolution(answer: ForwardHtlcInterceptResponse): ForwardResolution {
  switch (answer.action) {
    case Action.RESUME:
      return { kind: 'resume' };
    case Action.RESUME_MODIFIED:
      return readChanges(answer);
    case Action.FAIL:
      return readFailure(answer);
    case Action.SETTLE:
      if (answer.preimage.length === 0) throw plainError('missing preimage');
      return { kind: 'settle', preimage: readPreimage(answer.preimage) };
    default:
      throw invalid(`unrecognized resolve action ${answer.action}`);
  }
}

/** Custom records for the next peer are checked and go no further: nothing in the simulator reads them. */
function readChanges(answer: ForwardHtlcInterceptResponse): ForwardResolution {
  for (const type of answer.outWireCustomRecords.keys()) {
    if (type < FIRST_CUSTOM_TYPE) {
      throw invalid(
        `failed to validate custom records: custom records entry with TLV type below min: ${FIRST_CUSTOM_TYPE}`,
      );
    }
  }
  return {
    kind: 'resume_modified',
    ...(answer.inAmountMsat > 0n && { inAmountMsat: answer.inAmountMsat }),
    ...(answer.outAmountMsat > 0n && { outAmountMsat: answer.outAmountMsat }),
  };
}

function readFailure(answer: ForwardHtlcInterceptResponse): ForwardResolution {
  if (answer.failureMessage.length > 0) {
    if (answer.failureCode !== Code.RESERVED) {
      throw invalid('failure message and failure code are mutually exclusive');
    }
    if (answer.failureMessage.length !== FAILURE_BYTES) {
      throw invalid('failure message length invalid');
    }
    return { kind: 'fail_encrypted' };
  }
  return { kind: 'fail', code: readFailureCode(answer.failureCode) };
}

function readFailureCode(code: Code): ClientFailureCode {
  switch (code) {
    case Code.RESERVED:
    case Code.TEMPORARY_CHANNEL_FAILURE:
      return 'TEMPORARY_CHANNEL_FAILURE';
    case Code.INVALID_ONION_VERSION:
      return 'INVALID_ONION_VERSION';
    case Code.INVALID_ONION_HMAC:
      return 'INVALID_ONION_HMAC';
    case Code.INVALID_ONION_KEY:
      return 'INVALID_ONION_KEY';
    default: {
      const name = Object.entries(Code).find(([, value]) => value === code)?.[0];
      throw invalid(`unsupported failure code: ${name ?? code}`);
    }
  }
}

const invalid = (message: string): RpcError => new RpcError(status.INVALID_ARGUMENT, message);
