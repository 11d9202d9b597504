/** The library's diagnostics, as far as a user of the command should see them. */
import type { Log } from '../ports.ts';
import type { Output } from './output.ts';
import { toJson } from './render/json.ts';

/** Warnings go to standard error; the rest is dropped. */
export function warningLog(output: Output): Log {
  return {
    debug: () => {},
    info: () => {},
    warn: (message, fields) => {
      output.warn(`warning: ${message}${fields === undefined ? '' : ` ${toJson(fields)}`}`);
    },
  };
}
