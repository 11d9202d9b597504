/** Reservations and layers of askrene, and its refusal of circles (`plugins/askrene/askrene.c`). */
import { formatChannelId } from '../../units/ids.ts';
import type { Constraint, DirectedChannel, Reservation } from './askrene-layers.ts';
import {
  directedChannel,
  flag,
  isRecord,
  type Json,
  list,
  msat,
  oneOf,
  Parameters,
  text,
} from './parameters.ts';
import { RPC_CODE, RpcRefusal } from './rpc-refusal.ts';
import type { CommandTable, ServedCln } from './served-cln.ts';

export const ASKRENE_COMMANDS: CommandTable = {
  'askrene-create-layer': { names: ['layer', 'persistent'], run: createLayer },
  'askrene-listlayers': { names: ['layer'], run: listLayers },
  'askrene-inform-channel': {
    names: ['layer', 'short_channel_id_dir', 'amount_msat', 'inform'],
    run: informChannel,
  },
  'askrene-reserve': { names: ['path'], run: reserve },
  'askrene-unreserve': { names: ['path', 'dev_remove_all'], run: unreserve },
  'askrene-listreservations': { names: [], run: listReservations },
};

const shownDirection = ({ channelId, direction }: DirectedChannel): string =>
  `${formatChannelId(channelId)}/${direction}`;

async function createLayer({ layers }: ServedCln, given: Parameters): Promise<Json> {
  const layer = given.required('layer', text);
  given.optional('persistent', flag);
  layers.create(layer);
  return { layers: [shownLayer(layers, layer)] };
}

async function listLayers({ layers }: ServedCln, given: Parameters): Promise<Json> {
  const asked = given.optional('layer', text);
  const names = layers.names().filter((name) => asked === undefined || name === asked);
  if (asked !== undefined && names.length === 0) {
    throw new RpcRefusal(RPC_CODE.invalidParams, `layer: Unknown layer '${asked}'`);
  }
  return { layers: names.map((name) => shownLayer(layers, name)) };
}

const shownLayer = (layers: ServedCln['layers'], layer: string): Json => ({
  layer,
  persistent: false,
  disabled_nodes: [],
  disabled_channels: [],
  created_channels: [],
  channel_updates: [],
  biases: [],
  constraints: (layers.constraints(layer) ?? []).map(shownConstraint),
});

const shownConstraint = (constraint: Constraint) => ({
  short_channel_id_dir: shownDirection(constraint),
  timestamp: constraint.timestamp,
  ...(constraint.minimumMsat === undefined ? {} : { minimum_msat: constraint.minimumMsat }),
  ...(constraint.maximumMsat === undefined ? {} : { maximum_msat: constraint.maximumMsat }),
});

async function informChannel({ layers, network }: ServedCln, given: Parameters): Promise<Json> {
  const layer = given.required('layer', text);
  const channel = given.required('short_channel_id_dir', directedChannel);
  const amountMsat = given.required('amount_msat', msat);
  const inform = given.required('inform', oneOf('constrained', 'unconstrained', 'succeeded'));
  if (layers.constraints(layer) === undefined) {
    throw new RpcRefusal(RPC_CODE.invalidParams, `layer: Unknown layer '${layer}'`);
  }
  // What succeeded has moved, and teaches lightningd nothing yet.
  if (inform === 'succeeded') return { constraints: [] };
  const constraint = {
    ...channel,
    timestamp: Math.floor(network.clock.now() / 1000),
    // The amount failed, on top of all that was reserved: one less is the most that may pass.
    maximumMsat:
      inform === 'constrained' ? layers.reservedMsat(channel) + amountMsat - 1n : undefined,
    minimumMsat: inform === 'constrained' ? undefined : amountMsat,
  };
  layers.inform(layer, constraint);
  return { constraints: [{ ...shownConstraint(constraint), layer }] };
}

const readPath = (given: Parameters): readonly Reservation[] =>
  given.required('path', list).map((step) => {
    if (!isRecord(step)) throw new RpcRefusal(RPC_CODE.invalidParams, 'path: should be an object');
    const one = new Parameters(step, ['short_channel_id_dir', 'amount_msat', 'layer']);
    return {
      ...one.required('short_channel_id_dir', directedChannel),
      amountMsat: one.required('amount_msat', msat),
    };
  });

async function reserve({ layers }: ServedCln, given: Parameters): Promise<Json> {
  layers.reserve(readPath(given));
  return {};
}

async function unreserve({ layers }: ServedCln, given: Parameters): Promise<Json> {
  given.optional('dev_remove_all', flag);
  const unknown = layers.unreserve(readPath(given));
  if (unknown !== undefined) {
    throw new RpcRefusal(
      RPC_CODE.invalidParams,
      `Unknown reservation for ${shownDirection(unknown)}`,
    );
  }
  return {};
}

async function listReservations({ layers }: ServedCln): Promise<Json> {
  return {
    reservations: layers.reservations.map((one) => ({
      short_channel_id_dir: shownDirection(one),
      amount_msat: one.amountMsat,
      age_in_seconds: 0,
      command_id: 'simulated',
    })),
  };
}
