/** Where clnrest answers. */
import { NodeError } from '../../node-error.ts';

export interface RestAddress {
  readonly host: string;
  readonly port: number;
  /** What stands before `/v1`, without a slash at its end. */
  readonly path: string;
  readonly secure: boolean;
}

/** clnrest has no port of its own; this is the one that its manual uses. */
const USUAL_PORT = 3010;

/**
 * Plain http is taken for addresses of this machine only: the rune stands in every request, and whoever reads it can
 * pay with it.
 *
 * @throws NodeError `wrong_address`
 */
export function parseRestAddress(text: string): RestAddress {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrong(text, 'it is no URL');
  }
  const { protocol, port, pathname } = url;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol !== 'https:' && protocol !== 'http:') throw wrong(text, 'it is no URL of https');
  if (url.username !== '' || url.search !== '' || url.hash !== '') {
    throw wrong(text, 'it has more than host, port and path');
  }
  const secure = protocol === 'https:';
  if (!secure && !isLoopback(host)) {
    throw wrong(text, 'the rune would be sent unencrypted, so http is for this machine only');
  }
  return {
    host,
    port: port === '' ? USUAL_PORT : Number(port),
    path: pathname.replace(/\/+$/, '').replace(/\/v1$/, ''),
    secure,
  };
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

const wrong = (text: string, why: string): NodeError =>
  new NodeError(
    'wrong_address',
    `"${text}" is no address of clnrest: ${why}; give one like https://127.0.0.1:${USUAL_PORT}`,
  );
