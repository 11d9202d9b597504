// Rules of our own about proto/.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSchema, repository, type Schema } from './descriptors.ts';

const ours: Schema = readSchema(join(repository, 'proto'));

const RPCS: Readonly<Record<string, readonly string[]>> = {
  'lnrpc.Lightning': [
    'GetInfo',
    'DescribeGraph',
    'SubscribeChannelGraph',
    'GetChanInfo',
    'GetNodeInfo',
    'ListChannels',
    'SubscribeChannelEvents',
    'PendingChannels',
    'AddInvoice',
    'LookupInvoice',
    'DeleteCanceledInvoice',
    'ListPayments',
    'DeletePayment',
    'QueryRoutes',
    'FeeReport',
    'UpdateChannelPolicy',
    'ForwardingHistory',
    'SendCustomMessage',
    'SubscribeCustomMessages',
  ],
  'lnrpc.State': ['GetState'],
  'routerrpc.Router': [
    'SendToRouteV2',
    'BuildRoute',
    'TrackPaymentV2',
    'TrackPayments',
    'SubscribeHtlcEvents',
    'HtlcInterceptor',
    'QueryMissionControl',
    'XImportMissionControl',
  ],
  // test/proto/ldk-server.test.ts has more to say about this one.
  'api.LightningNode': [
    'ExportPathfindingScores',
    'GetBalances',
    'GetNodeInfo',
    'GraphGetChannel',
    'GraphGetNode',
    'ListChannels',
    'ListForwardedPayments',
    'SpliceIn',
    'SpliceOut',
    'SubscribeEvents',
    'UpdateChannelConfig',
  ],
  'invoicesrpc.Invoices': [
    'CancelInvoice',
    'AddHoldInvoice',
    'SettleInvoice',
    'SubscribeSingleInvoice',
  ],
};

/** A channel id by its name, for instance chan_id_in, alias_scids or peer_scid_alias. */
const CHANNEL_ID_NAME =
  /(^|_)(chan(nel)?_ids?|scids?)($|_)|^forwarding_channel$|^incoming_channel_list$/;

describe('proto/', () => {
  test('declares exactly the RPCs that the engine and the simulator speak', () => {
    const wanted = Object.entries(RPCS).flatMap(([service, names]) =>
      names.map((name) => `/${service}/${name}`),
    );
    expect([...ours.methods.keys()].sort()).toEqual(wanted.sort());
  });

  test('has no service in messages/, and all of the core`s messages there', () => {
    const core = ours.files.filter((file) => file.name.startsWith('messages/'));
    expect(core.flatMap((file) => file.service.map((service) => service.name))).toEqual([]);
    expect(core.flatMap((file) => file.messageType.map((type) => type.name)).sort()).toEqual(
      ['AMPRecord', 'ChannelUpdate', 'Failure', 'Hop', 'MPPRecord', 'Route'].sort(),
    );
    expect(core.flatMap((file) => file.dependency)).toEqual([]);
  });

  test('makes every 64 bit channel id a decimal string', () => {
    const ids: string[] = [];
    const numbers: string[] = [];
    for (const [message, { fields }] of ours.messages) {
      for (const [name, field] of fields) {
        if (!field.is64Bit || !CHANNEL_ID_NAME.test(name)) continue;
        (field.isJsString ? ids : numbers).push(`${message}.${name}`);
      }
    }
    expect(numbers).toEqual([]);
    expect(ids.length).toBeGreaterThanOrEqual(29);
  });

  test('uses strings for channel ids only: amounts stay bigint', () => {
    const others: string[] = [];
    for (const [message, { fields }] of ours.messages) {
      for (const [name, field] of fields) {
        if (field.isJsString && !CHANNEL_ID_NAME.test(name)) others.push(`${message}.${name}`);
      }
    }
    expect(others).toEqual([]);
  });
});

describe('src/generated/', () => {
  const importsOf = (folder: string): Map<string, string[]> => {
    const path = join(repository, 'src/generated', folder);
    const files = readdirSync(path).filter((name) => name.endsWith('.ts'));
    return new Map(
      files.map((name) => {
        const code = readFileSync(join(path, name), 'utf8');
        return [name, [...code.matchAll(/\bfrom\s+["']([^"']+)["']/g)].map((m) => m[1] ?? '')];
      }),
    );
  };

  test('messages/ needs nothing but the wire format', () => {
    const imports = importsOf('messages');
    expect([...imports.keys()].sort()).toEqual(['failure.ts', 'route.ts']);
    expect(new Set([...imports.values()].flat())).toEqual(new Set(['@bufbuild/protobuf/wire']));
  });

  test('services/ takes the core`s messages from there and has no copy', () => {
    const imports = importsOf('services');
    expect(imports.get('router.ts')).toContain('../messages/route.ts');
    expect(imports.get('payments.ts')).toContain('../messages/failure.ts');
    for (const name of imports.keys()) {
      const code = readFileSync(join(repository, 'src/generated/services', name), 'utf8');
      expect(code).not.toMatch(/export interface (Route|Hop|MPPRecord|Failure|ChannelUpdate) /);
    }
  });
});
