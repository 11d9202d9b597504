import { describe, expect, it } from 'vitest';
import { parseLndAddress } from '../../../src/node/lnd/address.ts';

describe('parseLndAddress', () => {
  it.each([
    ['127.0.0.1:10009', '127.0.0.1', 10009, '127.0.0.1:10009'],
    ['node.example', 'node.example', 10009, 'node.example:10009'],
    [' node.example:8443 ', 'node.example', 8443, 'node.example:8443'],
    ['::1', '::1', 10009, '[::1]:10009'],
    ['[::1]', '::1', 10009, '[::1]:10009'],
    ['[fe80::1]:10010', 'fe80::1', 10010, '[fe80::1]:10010'],
  ])('reads "%s"', (address, host, port, text) => {
    expect(parseLndAddress(address)).toEqual({ host, port, text });
  });

  it.each([
    '',
    ':10009',
    'https://node.example:10009',
    'node.example:0',
    'node.example:65536',
    'node.example:grpc',
    'node example',
    '[node.example]:10009',
    '127.0.0.1:10009/v1',
  ])('refuses "%s" and says what is wanted', (address) => {
    expect(() => parseLndAddress(address)).toThrow(
      expect.objectContaining({
        code: 'wrong_address',
        message: expect.stringContaining('for example 127.0.0.1:10009'),
      }),
    );
  });

  it('explains what to do about a Tor address', () => {
    expect(() => parseLndAddress(`${'a'.repeat(56)}.onion:10009`)).toThrow(
      expect.objectContaining({
        code: 'wrong_address',
        message: expect.stringContaining('tunnel'),
      }),
    );
  });
});
