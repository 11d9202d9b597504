/** createonion and sendonion (Core Lightning: `lightningd/pay.c`; `common/json_param.c`, `param_hops_array`). */
import { hexToBytes } from '../../units/bytes.ts';
import type { ChannelId, NodeId } from '../../units/ids.ts';
import type { SentHop, SentRoute } from '../route-reader.ts';
import { type MadeOnion, type OnionHop, onionFlaw } from './made-onions.ts';
import { readPayload, unframed } from './onion-payload.ts';
import {
  hexBytes,
  isRecord,
  type Json,
  list,
  msat,
  nodeKey,
  type Parameters,
  sha256,
  shortChannelId,
  text,
  uint32,
  uint64,
} from './parameters.ts';
import { RPC_CODE, RpcRefusal } from './rpc-refusal.ts';
import type { CommandTable, ServedCln } from './served-cln.ts';
import { type FirstHop, startPayment } from './start-payment.ts';

export const ONION_COMMANDS: CommandTable = {
  createonion: { names: ['hops', 'assocdata', 'session_key', 'onion_size'], run: createOnion },
  sendonion: {
    names: [
      'onion',
      'first_hop',
      'payment_hash',
      'label',
      'shared_secrets',
      'partid',
      'bolt11',
      'amount_msat',
      'destination',
      'localinvreqid',
      'groupid',
      'description',
      'total_amount_msat',
    ],
    run: sendOnion,
  },
};

const USUAL_BYTES = 1300;
const HMAC_BYTES = 32;

async function createOnion({ onions }: ServedCln, given: Parameters): Promise<Json> {
  const hops = given.required('hops', list).map(onionHop);
  if (hops.length === 0) throw refused('At least one hop must be specified.');
  const assocdata = given.required('assocdata', hexBytes);
  const sessionKey = given.optional('session_key', secret);
  const packetBytes = given.optional('onion_size', uint32) ?? USUAL_BYTES;
  for (const [i, { payload }] of hops.entries()) {
    if (unframed(payload) === undefined)
      throw refused(`hops[${i}] payload is not prefixed with length!`);
  }
  const used = hops.reduce((sum, { payload }) => sum + payload.length + HMAC_BYTES, 0);
  if (used > packetBytes) throw refused('Payloads exceed maximum onion packet size.');
  const session = sessionKey === undefined ? {} : { sessionKey };
  const made = onions.make({ hops, assocdata }, { ...session, packetBytes });
  return { onion: made.onion, shared_secrets: made.sharedSecrets };
}

function onionHop(given: Json, i: number): OnionHop {
  const { pubkey, payload } = isRecord(given) ? given : {};
  if (pubkey === undefined) throw refused(`Hop ${i} does not have a pubkey`);
  if (payload === undefined) throw refused(`Hop ${i} does not have a payload`);
  return {
    nodeId: nodeKey('hops', pubkey),
    payload: hexToBytes(hexBytes('hops', payload)),
  };
}

async function sendOnion(served: ServedCln, given: Parameters): Promise<Json> {
  const { node, pays, onions, network } = served;
  const onion = given.required('onion', hexBytes);
  const firstHop = given.required('first_hop', readFirstHop);
  const paymentHash = given.required('payment_hash', sha256);
  const secrets = given.optional('shared_secrets', list)?.map((one) => secret('secret', one));
  const flaw = onionFlaw(onion);
  if (flaw !== 0) {
    throw refused(`Could not parse the onion. Parsing failed with failcode=${flaw}`);
  }
  const made = onions.find(onion);
  const first = firstOf(served, firstHop);
  const payment = {
    paymentHash,
    groupId: given.optional('groupid', uint64) ?? pays.nextGroup(paymentHash),
    partId: given.optional('partid', uint64) ?? 0n,
    destination: given.optional('destination', nodeKey),
    amountMsat: given.optional('amount_msat', msat) ?? 0n,
    sentMsat: firstHop.amountMsat,
    totalMsat: given.optional('total_amount_msat', msat) ?? 0n,
    label: given.optional('label', text),
  };
  return startPayment(served, {
    payment,
    first,
    route: {
      amountMsat: firstHop.amountMsat,
      // One block more, in case a block comes meanwhile.
      expiry: network.blockHeight + 1 + firstHop.delay,
      ...onionRoute(made?.assocdata === paymentHash ? made : undefined, first, node.nodeId),
    },
    known: {
      kind: 'onion',
      self: node.nodeId,
      canRead: made !== undefined && secrets?.join() === made.sharedSecrets.join(),
    },
  });
}

interface GivenHop {
  readonly nodeId: NodeId | undefined;
  readonly channelId: ChannelId | undefined;
  readonly amountMsat: bigint;
  readonly delay: number;
}

/** `param_route_hop`: what it does not know it passes over. */
function readFirstHop(name: string, given: Json): GivenHop {
  const { id, channel, amount_msat, delay } = isRecord(given) ? given : {};
  if (id === undefined && channel === undefined) {
    throw refused("Either 'id' or 'channel' is required for a route_hop");
  }
  if (amount_msat === undefined) throw refused("'amount_msat' is required");
  if (delay === undefined) throw refused("'delay' is required");
  const blocks = uint32(name, delay);
  if (blocks < 1) throw refused(`${name}: should be a positive, non-zero, number`);
  return {
    nodeId: id === undefined ? undefined : nodeKey(name, id),
    channelId: channel === undefined ? undefined : shortChannelId(name, channel),
    amountMsat: msat(name, amount_msat),
    delay: blocks,
  };
}

/** Any of the peer's channels with the balance where none is named. */
function firstOf({ node }: ServedCln, hop: GivenHop): FirstHop {
  const { nodeId, channelId, amountMsat } = hop;
  const isAny = channelId === undefined || channelId === '0';
  const any = isAny
    ? node
        .listChannels()
        .find((one) => one.active && one.peer === nodeId && one.spendableMsat > amountMsat)
    : undefined;
  return { nodeId, channelId: any?.channelId ?? channelId ?? ('0' as ChannelId) };
}

/** Nobody has the key for an onion that was made elsewhere, or for another payment. */
const NOBODY = '' as NodeId;

/** The way that the nodes are told to send it, as far as they can read what they are told. */
function onionRoute(
  made: MadeOnion | undefined,
  { channelId: first }: FirstHop,
  self: NodeId,
): Pick<SentRoute, 'hops' | 'mpp' | 'receiverAmountMsat'> {
  const hops: SentHop[] = [];
  let channelId = first;
  for (const [i, { nodeId, payload }] of (made?.hops ?? []).entries()) {
    const isLast = i === made!.hops.length - 1;
    const read = readPayload(payload, { isLast, isStrict: nodeId === self });
    if (read === undefined) {
      hops.push({ ...UNTOLD, channelId, nodeId, isUnreadable: true });
      return { hops, mpp: null, receiverAmountMsat: 0n };
    }
    const { amountMsat, expiry, customRecords } = read;
    hops.push({ channelId, nodeId, amountMsat, expiry, customRecords });
    if (isLast) return { hops, mpp: read.mpp, receiverAmountMsat: amountMsat };
    channelId = read.nextChannelId!;
  }
  return { hops: [{ ...UNTOLD, channelId, nodeId: NOBODY }], mpp: null, receiverAmountMsat: 0n };
}

const UNTOLD = { amountMsat: 0n, expiry: 0 };

function secret(name: string, given: Json): string {
  const hex = hexBytes(name, given);
  if (hex.length !== 64) throw refused(`${name}: should be a 32 byte hex value`);
  return hex;
}

const refused = (message: string): RpcRefusal => new RpcRefusal(RPC_CODE.invalidParams, message);
