import { readFileSync } from 'node:fs';
import { Metadata } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { MacaroonBakery } from '../../../src/sim/lnd/macaroon.ts';
import { ALL_PERMISSIONS } from '../../../src/sim/lnd/permissions.ts';

const bakery = new MacaroonBakery();

function check(methodPath: string, ...macaroons: string[]): () => void {
  const metadata = new Metadata();
  for (const macaroon of macaroons) metadata.add('macaroon', macaroon);
  return () => bakery.check({ methodPath, metadata });
}

/** The permission that the comment above each RPC of our protos names, which somebody else wrote. */
function permissionsInProtos(): [path: string, permission: string][] {
  const found: [string, string][] = [];
  for (const file of ['lightning', 'router', 'invoices']) {
    const text = readFileSync(
      new URL(`../../../proto/services/${file}.proto`, import.meta.url),
      'utf8',
    );
    const packageName = /^package (\w+);/m.exec(text)?.[1];
    for (const [, service, body] of text.matchAll(/^service (\w+) \{\n(.*?)^\}/gms)) {
      for (const [, permission, method] of body!.matchAll(
        /\[(\w+:\w+)\]\n(?: *\/\/.*\n)* *rpc (\w+)\(/g,
      )) {
        found.push([`/${packageName}.${service}/${method}`, permission!]);
      }
    }
  }
  return found;
}

describe('macaroons', () => {
  const methods = permissionsInProtos();

  test('the protos name a permission for each RPC', () => {
    expect(methods).toHaveLength(31);
  });

  test.each(methods)('%s asks for %s and nothing else', (path, permission) => {
    const { macaroonHex } = bakery.bake([permission]);
    expect(check(path, macaroonHex)).not.toThrow();
    const others = bakery.bake(ALL_PERMISSIONS.filter((other) => other !== permission));
    expect(check(path, others.macaroonHex)).toThrow('permission denied');
    expect(check(path, bakery.bake([`uri:${path}`]).macaroonHex)).not.toThrow();
  });

  test('a uri permission opens its own method only', () => {
    const { macaroonHex } = bakery.bake(['uri:/lnrpc.Lightning/GetInfo']);
    expect(check('/lnrpc.Lightning/GetChanInfo', macaroonHex)).toThrow('permission denied');
  });

  test('none, two, changed, foreign and garbled macaroons are told apart', () => {
    const path = '/lnrpc.Lightning/GetInfo';
    const { macaroonHex, macaroonBytes } = bakery.bake(ALL_PERMISSIONS);
    expect(check(path)).toThrow('expected 1 macaroon, got 0');
    expect(check(path, macaroonHex, macaroonHex)).toThrow('expected 1 macaroon, got 2');
    const mismatch = 'verification failed: signature mismatch after caveat verification';
    const changed = macaroonBytes.slice();
    changed[5]! ^= 1;
    expect(check(path, Buffer.from(changed).toString('hex'))).toThrow(mismatch);
    expect(check(path, new MacaroonBakery().bake(ALL_PERMISSIONS).macaroonHex)).toThrow(mismatch);
    expect(check(path, '0201036c6e64')).toThrow('cannot detect data format');
    expect(check(path, 'not hex')).toThrow('not in hex');
  });

  test('permissions can not be added to a macaroon without the key', () => {
    const { macaroonBytes } = bakery.bake(['info:read']);
    const body = Buffer.from(macaroonBytes.subarray(0, -32));
    const forged = Buffer.concat([
      body,
      Buffer.from(',offchain:write'),
      macaroonBytes.subarray(-32),
    ]);
    expect(check('/routerrpc.Router/SendToRouteV2', forged.toString('hex'))).toThrow(
      'signature mismatch',
    );
  });

  test('unknown permissions are refused when baking', () => {
    expect(() => bakery.bake(['offchain:fly'])).toThrow(/"offchain:fly" is no permission/);
    expect(() => bakery.bake(['uri:/lnrpc.Lightning/Nope'])).toThrow(RangeError);
  });
});
