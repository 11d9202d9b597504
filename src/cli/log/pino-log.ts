/** The log of a command that runs for long: a line of JSON for each entry, on standard error or in a file. */
import { pino } from 'pino';
import type { Log } from '../../ports.ts';
import { UsageError } from '../exit-codes.ts';
import { escapeUnsafe } from '../render/plain-text.ts';
import { whyUnwritable } from '../why-unwritable.ts';

export type LogLevel = 'debug' | 'info' | 'warn';

export interface LineLog extends Log {
  /** Entries below this level are dropped. */
  setLevel(level: LogLevel): void;
  /** Goes on in a new file where the old one was moved away, as rotation does; nothing on standard error. */
  reopen(): void;
}

export interface LogTerms {
  readonly level: LogLevel;
  /** Without one, lines go to `write`. */
  readonly file: string | undefined;
  readonly write: (line: string) => void;
}

/** What is never written, whoever hands it over: each lets its holder take or redirect money. */
const SECRET = /preimage|payment_?addr|payment_?secret|macaroon|private_?key|seed|password/i;
const MOST_DEPTH = 6;

/** @throws UsageError where the file cannot be written. */
export function openLog({ level, file, write }: LogTerms): LineLog {
  const lines = file === undefined ? undefined : openFile(file);
  const destination = {
    write: (line: string): void => {
      const safe = `${escapeUnsafe(line.trimEnd())}\n`;
      if (lines === undefined) write(safe);
      else lines.write(safe);
    },
  };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const at =
    (name: LogLevel): Log[LogLevel] =>
    (message, fields) =>
      logger[name](fields === undefined ? {} : plain(fields, 0), message);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    setLevel: (next) => {
      logger.level = next;
    },
    reopen: () => lines?.reopen(),
  };
}

function openFile(file: string) {
  try {
    // Written before the call returns, so that what was last said is there whatever ends the process.
    const lines = pino.destination({ dest: file, sync: true, append: true, mode: 0o600 });
    // A full disk must not end what follows payments.
    lines.on('error', () => {});
    return lines;
  } catch (error) {
    const why = whyUnwritable(file, error);
    throw new UsageError(`[log] file: ${file} cannot be written: ${why}`, { cause: error });
  }
}

/** Fields as JSON can have them: amounts as decimal strings, bytes by their number alone, secrets not at all. */
function plain(value: unknown, depth: number): object {
  return Object.fromEntries(
    Object.entries(value as object)
      .filter(([name]) => !SECRET.test(name))
      .map(([name, field]) => [name, plainValue(field, depth)]),
  );
}

function plainValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return value.message;
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MOST_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((item) => plainValue(item, depth + 1));
  return plain(value, depth + 1);
}
