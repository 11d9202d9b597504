/**
 * The header that proves who calls: an HMAC over the time and the body as it goes over the wire (LDK Server:
 * `docs/api-guide.md`, since 2026-05-12; before, it covered the time alone).
 */
import { createHmac } from 'node:crypto';

export const AUTH_HEADER = 'x-auth';

/** Seconds by which the clocks of both ends may differ (LDK Server: `service.rs`). */
export const AUTH_TOLERANCE_SECONDS = 60;

const FRAME_HEAD_BYTES = 5;

/** A message as gRPC puts it on the wire: not compressed, and behind its length. */
export function framed(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEAD_BYTES + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, FRAME_HEAD_BYTES);
  return frame;
}

/**
 * @param call `apiKeyHex` as 64 hex characters; `body` with its frame, or empty for servers from before the body was
 * signed; `unixSeconds` whole seconds
 */
export function authHeader(call: {
  readonly apiKeyHex: string;
  readonly unixSeconds: number;
  readonly body: Uint8Array;
}): string {
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(call.unixSeconds));
  const mac = createHmac('sha256', Buffer.from(call.apiKeyHex, 'ascii'))
    .update(time)
    .update(call.body)
    .digest('hex');
  return `HMAC ${call.unixSeconds}:${mac}`;
}
