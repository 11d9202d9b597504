/** What every node takes of messages of our own kind. */
import type { CustomMessage } from '../ports.ts';

const FIRST_TYPE = 32_768;
const LAST_TYPE = 65_535;
/** BOLT 1: 65,535 bytes in all, two of which are the type. */
const MOST_BYTES = 65_533;

/** @throws RangeError */
export function assertSendable({ type, data }: CustomMessage): void {
  if (!Number.isInteger(type) || type < FIRST_TYPE || type > LAST_TYPE) {
    throw new RangeError(
      `a custom message has a type from ${FIRST_TYPE} to ${LAST_TYPE}, not ${type}`,
    );
  }
  if (data.length > MOST_BYTES) {
    throw new RangeError(`a message has ${MOST_BYTES} bytes at most, not ${data.length}`);
  }
}
