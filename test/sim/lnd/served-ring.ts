/** A ring network that is served as lnd, afresh for each test of a file. */
import { afterEach, beforeEach } from 'vitest';
import { type ServedLnd, serveLnd } from '../../../src/sim/lnd/serve-lnd.ts';
import { type RingNetwork, ringNetwork } from './ring-network.ts';
import { RpcClient } from './rpc-client.ts';

export interface ServedRing {
  ring: RingNetwork;
  served: ServedLnd;
  /** With all permissions. */
  rpc: RpcClient;
}

/** To be called once at the top of a test file; what it gives is filled before each test. */
export function servedRing(): ServedRing {
  const world = {} as ServedRing;
  beforeEach(async () => {
    world.ring = ringNetwork();
    world.served = await serveLnd(world.ring.network, world.ring.self);
    world.rpc = new RpcClient(world.served);
  });
  afterEach(async () => {
    world.rpc.close();
    await world.served.close();
  });
  return world;
}
