import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import { QueryRoutesRequest } from '../../../src/generated/services/query.ts';
import {
  BuildRouteRequest,
  ForwardHtlcInterceptResponse,
  RouterService,
  XImportMissionControlRequest,
} from '../../../src/generated/services/router.ts';
import { serveLnd } from '../../../src/sim/lnd/serve-lnd.ts';
import { ringNetwork } from './ring-network.ts';
import { expectStatus, RpcClient } from './rpc-client.ts';

test('what is not simulated says so, and what to do instead', async () => {
  const { network, self } = ringNetwork();
  const served = await serveLnd(network, self);
  const rpc = new RpcClient(served);
  const mission = XImportMissionControlRequest.fromPartial({});
  const answer = ForwardHtlcInterceptResponse.fromPartial({});
  const calls: [name: string, call: () => Promise<unknown>][] = [
    [
      'QueryRoutes',
      () => rpc.ask(LightningService.queryRoutes, QueryRoutesRequest.fromPartial({})),
    ],
    ['BuildRoute', () => rpc.ask(RouterService.buildRoute, BuildRouteRequest.fromPartial({}))],
    ['QueryMissionControl', () => rpc.ask(RouterService.queryMissionControl, {})],
    ['XImportMissionControl', () => rpc.ask(RouterService.xImportMissionControl, mission)],
    ['HtlcInterceptor', () => rpc.stream(RouterService.htlcInterceptor, answer).rest()],
  ];
  for (const [name, call] of calls) {
    const details = new RegExp(`^${name} is not simulated: .+`);
    await expectStatus(call(), { code: status.UNIMPLEMENTED, details });
  }
  expect(calls).toHaveLength(5);
  rpc.close();
  await served.close();
});
