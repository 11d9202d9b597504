import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { givenNodes, readNodes } from './given-nodes.ts';

const EXAMPLE = new URL('nodes.example.toml', import.meta.url).pathname;
const FULL = { BALLAST_INTEROP: 'full' };
const ONE = '[[lnd]]\naddress = "h:1"\ntls_cert = "c"\nmacaroon = "m"\n';

describe('nodes for the interop suites', () => {
  it('are three in the example file, which reads as it stands', () => {
    const { lnd, cln, amountSat } = readNodes(readFileSync(EXAMPLE, 'utf8'), EXAMPLE);
    expect(lnd.map(({ name }) => name)).toEqual(['alice', 'bob', 'carol']);
    expect(lnd[0]).toEqual({
      name: 'alice',
      address: '127.0.0.1:10009',
      tlsCert: '/path/to/alice/tls.cert',
      macaroon: '/path/to/alice/admin.macaroon',
      restart: null,
    });
    expect(amountSat).toBe(20_000);
    expect(cln).toEqual([
      {
        name: 'dan',
        socket: '/path/to/dan/regtest/lightning-rpc',
        rest: {
          url: 'https://127.0.0.1:3010',
          rune: 'the rune',
          tlsCa: '/path/to/dan/regtest/ca.pem',
        },
        gossipStore: '/path/to/dan/regtest/gossip_store',
        restart: null,
      },
      {
        name: '/path/to/erin/regtest/lightning-rpc',
        socket: '/path/to/erin/regtest/lightning-rpc',
        rest: null,
        gossipStore: null,
        restart: null,
      },
    ]);
  });

  it('may have a restart command, and no name; other tables are for other suites', () => {
    const text = `amount_sat = 5000\n${ONE}restart = "r"\n[[eclair]]\nname = "x"\n`;
    expect(readNodes(text, 'f')).toEqual({
      amountSat: 5000,
      cln: [],
      lnd: [{ name: 'h:1', address: 'h:1', tlsCert: 'c', macaroon: 'm', restart: 'r' }],
    });
  });

  it.each([
    [`${ONE}maccaroon = "m"`, /number 1: unknown key maccaroon; known are name, address/],
    ['[[lnd]]\naddress = "h:1"\ntls_cert = "c"', /number 1: macaroon is missing/],
    [`${ONE}name = 7`, /number 1: name is missing, or no text/],
    [`amount_sat = 1.5\n${ONE}`, /amount_sat must be a whole number/],
    ['lnd = 1', /write each lnd node as a table/],
    ['cln = 1', /write each Core Lightning node as a table/],
    ['[[cln]]\nname = "x"', /number 1: neither socket nor rest_url/],
    ['[[cln]]\nrest_url = "u"\nrune = "r"', /number 1: tls_ca is missing/],
    ['[[cln]]\nsocket = "s"\nmacaroon = "m"', /number 1: unknown key macaroon/],
  ])('are refused with the place and the cause: %j', (text, message) => {
    expect(() => readNodes(text, 'nodes.toml')).toThrow(message);
  });

  it('stand in environment variables, one after another', () => {
    const env = {
      ...FULL,
      BALLAST_INTEROP_LND1_ADDRESS: 'a:1',
      BALLAST_INTEROP_LND1_TLS_CERT: 'c1',
      BALLAST_INTEROP_LND1_MACAROON: 'm1',
      BALLAST_INTEROP_LND2_ADDRESS: 'a:2',
      BALLAST_INTEROP_LND2_TLS_CERT: 'c2',
      BALLAST_INTEROP_LND2_MACAROON: 'm2',
      BALLAST_INTEROP_LND2_RESTART: 'r2',
    };
    expect(givenNodes(env)).toMatchObject({
      lnd: [
        { name: 'lnd1', address: 'a:1', restart: null },
        { name: 'lnd2', macaroon: 'm2', restart: 'r2' },
      ],
    });
    const { BALLAST_INTEROP_LND1_MACAROON: _, ...short } = env;
    expect(() => givenNodes(short)).toThrow(/BALLAST_INTEROP_LND1_MACAROON beside it/);
    const cln = {
      ...FULL,
      BALLAST_INTEROP_CLN1_SOCKET: 's1',
      BALLAST_INTEROP_CLN1_GOSSIP_STORE: 'g1',
      BALLAST_INTEROP_CLN2_REST_URL: 'u2',
      BALLAST_INTEROP_CLN2_RUNE: 'r2',
      BALLAST_INTEROP_CLN2_TLS_CA: 'c2',
    };
    expect(givenNodes(cln)).toMatchObject({
      lnd: [],
      cln: [
        { name: 'cln1', socket: 's1', rest: null, gossipStore: 'g1' },
        { name: 'cln2', socket: null, rest: { url: 'u2', rune: 'r2', tlsCa: 'c2' } },
      ],
    });
    const { BALLAST_INTEROP_CLN2_RUNE: _rune, ...runeless } = cln;
    expect(() => givenNodes(runeless)).toThrow(/BALLAST_INTEROP_CLN2_…: rune is missing/);
  });

  it('are not asked for outside of npm run test:interop, and where none are given that is said', () => {
    const somewhere = { BALLAST_INTEROP_NODES: EXAMPLE };
    expect(givenNodes(somewhere)).toEqual({ missing: 'they run in npm run test:interop' });
    expect(givenNodes({ ...FULL, ...somewhere })).toMatchObject({ lnd: { length: 3 } });
    const nowhere = { ...FULL, BALLAST_INTEROP_NODES: '/no/such/file' };
    expect(givenNodes(nowhere)).toEqual({
      missing: 'BALLAST_INTEROP_NODES names /no/such/file, and there is no such file',
    });
  });
});
