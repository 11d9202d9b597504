/** HtlcInterceptor's messages: what lnd offers, and the one answer that Ballast ever gives. */
import {
  type ForwardHtlcInterceptRequest,
  ForwardHtlcInterceptResponse,
  ResolveHoldForwardAction,
} from '../../generated/services/router.ts';
import type { CircuitKey, OfferedForward } from '../../ports.ts';
import { bytesToHex } from '../../units/bytes.ts';
import { isNodeId, isPaymentHash, type PaymentHash, tryParseChannelId } from '../../units/ids.ts';

/** All ones: the sender names the next node, not a channel. */
const NO_CHANNEL = (2n ** 64n - 1n).toString();

/** `undefined` for a message that cannot even be answered. */
export function readOffer(message: ForwardHtlcInterceptRequest): OfferedForward | undefined {
  const circuit = readCircuit(message);
  const paymentHash = bytesToHex(message.paymentHash);
  if (circuit === undefined || !isPaymentHash(paymentHash)) return undefined;
  const { outgoingRequestedChanId, outgoingRequestedNodeId } = message;
  const named = outgoingRequestedChanId !== '0' && outgoingRequestedChanId !== NO_CHANNEL;
  const nodeId = bytesToHex(outgoingRequestedNodeId);
  return {
    circuit,
    paymentHash: paymentHash satisfies PaymentHash,
    amountInMsat: message.incomingAmountMsat,
    expiryInHeight: message.incomingExpiry,
    amountOutMsat: message.outgoingAmountMsat,
    expiryOutHeight: message.outgoingExpiry,
    outChannelId: named ? (tryParseChannelId(outgoingRequestedChanId) ?? null) : null,
    outPeer: isNodeId(nodeId) ? nodeId : null,
    autoFailHeight: message.autoFailHeight,
  };
}

function readCircuit({
  incomingCircuitKey: key,
}: ForwardHtlcInterceptRequest): CircuitKey | undefined {
  const channelId = key === undefined ? undefined : tryParseChannelId(key.chanId);
  if (key === undefined || channelId === undefined) return undefined;
  return { channelId, htlcId: key.htlcId };
}

/** Always with its action: lnd takes an answer without one for SETTLE. */
export const resumeAnswer = ({ channelId, htlcId }: CircuitKey): ForwardHtlcInterceptResponse =>
  ForwardHtlcInterceptResponse.fromPartial({
    incomingCircuitKey: { chanId: channelId, htlcId },
    action: ResolveHoldForwardAction.RESUME,
  });
