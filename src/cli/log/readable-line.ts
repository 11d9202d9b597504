/** A line of the log for somebody at a terminal. */
import { plainText } from '../render/plain-text.ts';

/** Of a line of JSON: the time of day (UTC), what happened, and its fields. */
export function readableLine(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const at = String(time).slice(11, 19);
  const mark = level === 'warn' ? 'warning: ' : '';
  const facts = Object.entries(fields).map(([name, value]) => `${name} ${shown(value)}`);
  const rest = facts.length === 0 ? '' : `: ${facts.join(', ')}`;
  return `${plainText(`${at} ${mark}${String(msg)}${rest}`)}\n`;
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
