import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import { QueryRoutesRequest } from '../../../src/generated/services/query.ts';
import { BuildRouteRequest, RouterService } from '../../../src/generated/services/router.ts';
import { serveLnd } from '../../../src/sim/lnd/serve-lnd.ts';
import { ringNetwork } from './ring-network.ts';
import { expectStatus, RpcClient } from './rpc-client.ts';

test('what is not simulated says so, and what to do instead', async () => {
  const { network, self } = ringNetwork();
  const served = await serveLnd(network, self);
  const rpc = new RpcClient(served);
  const calls: [name: string, call: () => Promise<unknown>][] = [
    [
      'QueryRoutes',
      () => rpc.ask(LightningService.queryRoutes, QueryRoutesRequest.fromPartial({})),
    ],
    ['BuildRoute', () => rpc.ask(RouterService.buildRoute, BuildRouteRequest.fromPartial({}))],
  ];
  for (const [name, call] of calls) {
    const details = new RegExp(`^${name} is not simulated: .+`);
    await expectStatus(call(), { code: status.UNIMPLEMENTED, details });
  }
  expect(calls).toHaveLength(2);
  rpc.close();
  await served.close();
});
