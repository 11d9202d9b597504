/**
 * Decoded messages hold views into the buffer that they were read from: one kept payment secret would keep the whole
 * answer in memory, and a buffer that is used again would change it.
 */

/** A copy of a message that shares no bytes with the buffer it was decoded from. */
export function ownBytes<Message>(message: Message): Message {
  return copy(message) as Message;
}

function copy(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(copy);
  if (value instanceof Map) return new Map([...value].map(([key, held]) => [key, copy(held)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, copy(held)]));
}
