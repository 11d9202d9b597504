import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/cli/exit-codes.ts';
import {
  ACCESS_FIELDS,
  type AccessOptions,
  OPTION_NAMES,
} from '../../../src/cli/node-access/access-options.ts';
import { chosenAccess, namesNode, systemOf } from '../../../src/cli/node-access/chosen-access.ts';

const LND = { lnd: 'h:1', tls: 't', macaroon: 'm' };
const CLN = { cln: 's' };
const REST = { clnrest: 'https://h', rune: 'r' };
const LDK = { ldkServer: 'h:2', tls: 't', apiKey: 'k' };

const refusal = (options: AccessOptions): string => {
  try {
    chosenAccess(options, OPTION_NAMES);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('it was taken');
};

describe('a node is named', () => {
  it.each([
    [LND, { kind: 'lnd', ...LND }, 'lnd'],
    [CLN, { kind: 'cln', ...CLN }, 'cln'],
    [{ ...CLN, gossipStore: 'g' }, { kind: 'cln', ...CLN, gossipStore: 'g' }, 'cln'],
    [REST, { kind: 'clnrest', ...REST }, 'cln'],
    [
      { ...REST, tls: 't', gossipStore: 'g' },
      { kind: 'clnrest', ...REST, tls: 't', gossipStore: 'g' },
      'cln',
    ],
    [LDK, { kind: 'ldk_server', ...LDK }, 'ldk_server'],
  ] as const)('by %j', (options, access, system) => {
    const chosen = chosenAccess(options, OPTION_NAMES);
    expect(chosen).toEqual(access);
    expect(systemOf(chosen)).toBe(system);
    expect(namesNode(options)).toBe(true);
  });

  it('by nothing else that a command has', () => {
    const others = { store: 'x', json: true } as AccessOptions;
    expect(namesNode(others)).toBe(false);
    const access = chosenAccess({ ...others, ...CLN }, OPTION_NAMES);
    expect(access).toEqual({ kind: 'cln', ...CLN });
  });
});

describe('what is wrong', () => {
  it.each<[string, AccessOptions, string]>([
    [
      'nothing is given',
      {},
      'no node is named; give --lnd with --tls and --macaroon, --cln, --clnrest with --rune or --ldk-server with --tls and --api-key',
    ],
    ['two systems', { ...LND, ...CLN }, '--lnd and --cln both name a node; keep one of them'],
    [
      'two ways to one',
      { ...CLN, ...REST },
      '--cln and --clnrest both name a node; keep one of them',
    ],
    ['one part missing', { lnd: 'h', tls: 't' }, '--macaroon is missing; --lnd needs it'],
    ['both missing', { lnd: 'h' }, '--tls and --macaroon are missing; --lnd needs them'],
    ['no rune', { clnrest: 'u', tls: 't' }, '--rune is missing; --clnrest needs it'],
    ['no key', { ldkServer: 'h', tls: 't' }, '--api-key is missing; --ldk-server needs it'],
    ['no certificate', { ldkServer: 'h', apiKey: 'k' }, '--tls is missing; --ldk-server needs it'],
    [
      'another system’s part',
      { ...CLN, macaroon: 'm' },
      '--macaroon does not belong to --cln; leave it out',
    ],
    [
      'a certificate for a socket',
      { ...CLN, tls: 't' },
      '--tls does not belong to --cln; leave it out',
    ],
    [
      'the parts of another',
      { lnd: 'h', tls: 't', apiKey: 'k' },
      '--api-key does not belong to --lnd; leave it out',
    ],
    [
      'a gossip_store for lnd',
      { ...LND, gossipStore: 'g' },
      '--gossip-store does not belong to --lnd; leave it out',
    ],
    [
      'a part alone',
      { tls: 't', macaroon: 'm' },
      '--tls belongs to --lnd, --clnrest or --ldk-server, and no node is named',
    ],
    ['a rune alone', { rune: 'r' }, '--rune belongs to --clnrest, and no node is named'],
    [
      'a gossip_store alone',
      { gossipStore: 'g' },
      '--gossip-store belongs to --cln or --clnrest, and no node is named',
    ],
  ])('%s', (_what, options, message) => {
    expect(refusal(options)).toBe(message);
  });

  it('is said of every other combination, in one sentence that names what was given', () => {
    let taken = 0;
    for (let bits = 0; bits < 2 ** ACCESS_FIELDS.length; bits++) {
      const given = ACCESS_FIELDS.filter((_, i) => (bits & (1 << i)) !== 0);
      const options = Object.fromEntries(given.map((field) => [field, 'x'])) as AccessOptions;
      try {
        const { kind: _kind, ...parts } = chosenAccess(options, OPTION_NAMES);
        expect(parts).toEqual(options);
        taken++;
      } catch (error) {
        const { message } = error as Error;
        expect(message).toMatch(/^(no node is named; give|--[a-z-]+ )[^.]*$/);
        if (bits > 0)
          expect(given.some((field) => message.includes(OPTION_NAMES.of[field]))).toBe(true);
      }
    }
    // lnd, the socket with and without the file, clnrest with either, neither or both, and LDK Server.
    expect(taken).toBe(1 + 2 + 4 + 1);
  });
});
