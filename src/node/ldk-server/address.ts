/** Where LDK Server's gRPC listens. */
import { isIP, isIPv6 } from 'node:net';
import { NodeError } from '../node-error.ts';

export interface LdkServerAddress {
  /** A name or an IP address, the latter without brackets. */
  readonly host: string;
  readonly port: number;
  /** Host and port as gRPC and people write them. */
  readonly text: string;
}

/** LDK Server's default for `grpc_service_address`. */
const DEFAULT_PORT = 3536;

const HOST_AND_PORT = /^(?:\[([^\]]+)\]|([^:[\]/\s]+))(?::([0-9]{1,5}))?$/;

/** @throws NodeError `wrong_address` when the text is not `host`, `host:port`, or an IPv6 address in brackets. */
export function parseLdkServerAddress(address: string): LdkServerAddress {
  const text = address.trim();
  const parts = isIPv6(text) ? [text, text, undefined, undefined] : HOST_AND_PORT.exec(text);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3] ?? DEFAULT_PORT);
  const bracketed = parts?.[1] !== undefined;
  if (host === undefined || port < 1 || port > 65535 || (bracketed && !isIPv6(host))) {
    throw new NodeError(
      'wrong_address',
      `"${address}" is not the address of an LDK Server; give host and port of its gRPC, without https://, for example 127.0.0.1:3536`,
    );
  }
  return { host, port, text: isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}` };
}
