import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  CLN_METHODS,
  type ConnectClnOptions,
  connectCln,
  createRuneCommand,
} from '../../../src/node/cln/index.ts';
import { nodeError } from '../lnd/connections.ts';
import { RUNE, ScriptedClnrest } from './scripted-clnrest.ts';
import {
  connectTo,
  HEIGHT,
  OUR_ID,
  RpcFault,
  readyInfo,
  scripted,
  testFolder,
} from './scripted-lightningd.ts';

describe('connecting over the socket', () => {
  test('tells who answers', async () => {
    const node = await connectTo(await scripted());
    expect(await node.info()).toEqual({
      nodeId: OUR_ID,
      alias: 'ours',
      version: 'v26.06',
      blockHeight: HEIGHT,
      syncedToChain: true,
      syncedToGraph: true,
      holdExpiryBlocks: 0,
    });
    expect(node.capabilities).toMatchObject({
      sendToRoute: true,
      holdInvoices: false,
      intercept: false,
      customMessages: false,
    });
    const missing = Object.entries(node.capabilities).filter(([, can]) => can === false);
    expect(Object.keys(node.capabilities.reasons).sort()).toEqual(
      missing.map(([name]) => name).sort(),
    );
  });

  test.each([
    'v26.06',
    'v23.11',
    '24.02.1',
    'v25.12-modded',
    'v26.06-258-g090f4b0e6',
    'basedon-master',
  ])('takes version %s', async (version) => {
    const lightningd = await scripted();
    lightningd.on('getinfo', () => readyInfo({ version }));
    expect((await (await connectTo(lightningd)).info()).version).toBe(version);
  });

  test.each(['v23.08', 'v23.08.1', '22.11', 'v0.12.1'])('refuses version %s', async (version) => {
    const lightningd = await scripted();
    lightningd.on('getinfo', () => readyInfo({ version }));
    expect((await nodeError(connectTo(lightningd))).code).toBe('too_old');
    await expect.poll(() => lightningd.open).toBe(0);
  });

  test.each(['warning_bitcoind_sync', 'warning_lightningd_sync'])(
    'refuses %s, unless told otherwise',
    async (warning) => {
      const lightningd = await scripted();
      lightningd.on('getinfo', () => readyInfo({ [warning]: 'behind' }));
      expect((await nodeError(connectTo(lightningd))).code).toBe('syncing');
      const node = await connectTo(lightningd, { requireSynced: false });
      expect((await node.info()).syncedToChain).toBe(false);
    },
  );

  test('names what is wrong', async () => {
    const nobody = connectCln({ socket: join(testFolder(), 'lightning-rpc') });
    expect((await nodeError(nobody)).code).toBe('unreachable');
    const lightningd = await scripted();
    lightningd.on('getinfo', () => readyInfo({ id: 'x' }));
    expect((await nodeError(connectTo(lightningd))).message).toMatch(/getinfo with a field id/);
    lightningd.on('getinfo', () => {
      throw new RpcFault(-32601, 'Unknown command');
    });
    expect((await nodeError(connectTo(lightningd))).code).toBe('too_old');
  });
});

describe('connecting over clnrest', () => {
  const connectRest = async (
    clnrest: ScriptedClnrest,
    options: Partial<ConnectClnOptions> = {},
  ) => {
    const node = await connectCln({
      restUrl: clnrest.url,
      rune: RUNE,
      tlsCa: clnrest.certificate.certPem,
      ...options,
    });
    onTestFinished(() => node.close());
    return node;
  };

  test('with the rune, and the authority as text, bytes or path', async () => {
    const clnrest = await ScriptedClnrest.start();
    const { certPem } = clnrest.certificate;
    const path = join(testFolder(), 'ca.pem');
    writeFileSync(path, certPem);
    for (const tlsCa of [certPem, new TextEncoder().encode(certPem), path]) {
      const node = await connectRest(clnrest, { tlsCa });
      expect((await node.info()).nodeId).toBe(OUR_ID);
    }
  });

  test('names what is wrong with rune, certificate and address', async () => {
    const clnrest = await ScriptedClnrest.start();
    const codeOf = async (options: object) => (await nodeError(connectRest(clnrest, options))).code;
    expect(await codeOf({ rune: 'other' })).toBe('wrong_macaroon');
    expect(await codeOf({ rune: 'two\r\nlines' })).toBe('wrong_macaroon');
    expect(await codeOf({ tlsCa: '/nowhere/ca.pem' })).toBe('wrong_certificate');
    expect(await codeOf({ restUrl: 'nowhere' })).toBe('wrong_address');
    clnrest.on('getinfo', () => {
      throw new RpcFault(1502, 'Not permitted: method is not equal to listnodes');
    });
    const error = await nodeError(connectRest(clnrest));
    expect(error.code).toBe('permission_denied');
    expect(error.message).toMatch(/does not allow getinfo.*createRuneCommand/);
  });
});

describe('the rune', () => {
  test('allows what is called and nothing else', () => {
    const line = createRuneCommand();
    expect(line).toMatch(/^lightning-cli createrune restrictions='\[\[.*\]\]'$/);
    const restrictions = JSON.parse(/'(.*)'/.exec(line)![1]!) as string[][];
    const methods = restrictions[0]!.map((restriction) => restriction.replace('method=', ''));
    expect(restrictions).toHaveLength(1);
    expect(methods).toContain('sendpay');
    expect(methods).not.toContain('delpay');
    expect(methods).not.toContain('sendonion');
    expect(methods.some((method) => method.startsWith('askrene'))).toBe(false);
    const all = createRuneCommand({
      cleanUp: true,
      planning: true,
      askrene: true,
      customMessages: true,
      customRecords: true,
    });
    for (const method of Object.keys(CLN_METHODS)) expect(all).toContain(`"method=${method}"`);
  });
});
