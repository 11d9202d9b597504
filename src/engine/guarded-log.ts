/** A log that cannot break off a payment. */
import type { Log } from '../ports.ts';

/** The caller's log, or none. What it throws is dropped: a full disk must not decide what becomes of money. */
export function guardedLog(log: Log | undefined): Log {
  const guarded =
    (level: keyof Log): Log[keyof Log] =>
    (message, fields) => {
      try {
        log?.[level](message, fields);
      } catch {
        // There is nowhere left to tell it.
      }
    };
  return { debug: guarded('debug'), info: guarded('info'), warn: guarded('warn') };
}
