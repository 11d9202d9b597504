import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/cli/config/read-config.ts';
import { configText } from '../../../src/cli/init/config-text.ts';
import type { NodeAccess } from '../../../src/cli/node-access/chosen-access.ts';
import { readRepositoryFile } from '../../house/source-files.ts';

const ACCESSES: readonly NodeAccess[] = [
  { kind: 'lnd', lnd: '10.0.0.7:10009', tls: '/a/tls.cert', macaroon: '/a/b.macaroon' },
  { kind: 'cln', cln: '/run/lightning-rpc' },
  { kind: 'cln', cln: '/run/lightning-rpc', gossipStore: '/run/gossip_store' },
  { kind: 'clnrest', clnrest: 'https://10.0.0.7:3010', rune: '/a/rune' },
  {
    kind: 'clnrest',
    clnrest: 'https://10.0.0.7:3010',
    rune: '/a/rune',
    tls: '/a/ca.pem',
    gossipStore: '/a/gossip_store',
  },
  { kind: 'ldk_server', ldkServer: '10.0.0.7:3536', tls: '/a/tls.crt', apiKey: '/a/key' },
  // What needs quoting.
  { kind: 'lnd', lnd: 'h:1', tls: '/a "b"\\c\n', macaroon: '/é # no comment' },
];

describe('configText', () => {
  it.each(ACCESSES)('writes what run reads as the same access: $kind', (access) => {
    for (const store of [undefined, '/var/lib/ballast.db']) {
      const reading = readConfig(configText({ access, store }), 'ballast.toml');
      if (reading.kind === 'problems') throw new Error(reading.problems.join('\n'));
      const { config } = reading;
      expect(config.node).toEqual(access);
      expect(config.store.path).toBe(store);
      expect(config.dryRun).toBe(access.kind === 'ldk_server');
      // Example rules would name channels that nobody has.
      expect(config.plan.rules).toBeUndefined();
      expect(config.plan.tags).toEqual({});
    }
  });

  it('keeps every explanation of the example, and every key', () => {
    const example = readRepositoryFile('examples/ballast.toml');
    const text = configText({ access: ACCESSES[0]!, store: undefined });
    const comments = (toml: string): readonly string[] =>
      toml.split('\n').filter((line) => /^# [A-Z]/.test(line));
    expect(comments(text)).toEqual(comments(example));
    const keys = (toml: string): readonly string[] =>
      [...toml.matchAll(/^#?\s*([a-z_]+) = /gm)].map(([, key]) => key!);
    expect(keys(text)).toEqual(keys(example));
    expect(text.split('\n').length).toBe(example.split('\n').length);
  });
});
