/**
 * The text of a new configuration: that of examples/ballast.toml, which explains every key, with the node's own access,
 * and with the rules for single channels, which name channels that nobody has, as comments.
 */
import { readFileSync } from 'node:fs';
import { stringify } from 'smol-toml';
import { NODE_NAMES } from '../config/node-names.ts';
import { ACCESS_FIELDS, type AccessField } from '../node-access/access-options.ts';
import type { NodeAccess } from '../node-access/chosen-access.ts';

export interface ConfigTerms {
  readonly access: NodeAccess;
  /** Absolute; absent for the usual place. */
  readonly store: string | undefined;
}

export function configText(terms: ConfigTerms, example: string = exampleText()): string {
  return partsOf(example)
    .map((part) => writePart(part, terms))
    .join('');
}

/** Shipped with the package, three folders up whether we are built or not. */
const exampleText = (): string =>
  readFileSync(new URL('../../../examples/ballast.toml', import.meta.url), 'utf8');

interface Part {
  /** `undefined` for what stands before the first table. */
  readonly table: string | undefined;
  readonly lines: readonly string[];
}

const HEADER = /^\[{1,2}([a-z_]+)\]{1,2}\s*$/;

/** Comments before a header belong to it. */
function partsOf(text: string): readonly Part[] {
  const parts: { table: string | undefined; lines: string[] }[] = [{ table: undefined, lines: [] }];
  for (const line of text.split(/(?<=\n)/)) {
    const table = HEADER.exec(line)?.[1];
    if (table === undefined) {
      parts.at(-1)!.lines.push(line);
      continue;
    }
    const before = parts.at(-1)!.lines;
    const own: string[] = [];
    while (before.at(-1)?.startsWith('#') && before.length > 0) own.unshift(before.pop()!);
    parts.push({ table, lines: [...own, line] });
  }
  return parts;
}

function writePart({ table, lines }: Part, { access, store }: ConfigTerms): string {
  switch (table) {
    case 'node':
      return nodeLines(lines, access).join('');
    case 'store':
      return withValue(lines, 'path', store).join('');
    case 'run':
      return withValue(lines, 'dry_run', access.kind === 'ldk_server' ? true : undefined).join('');
    case 'channels':
    case 'tags':
      return lines.map((line) => (/^[^#\s]/.test(line) ? `# ${line}` : line)).join('');
    default:
      return lines.join('');
  }
}

/** `key = value  # comment`, commented out or not. */
const KEY_LINE = /^(?:#\s*)?([a-z_]+) = ("[^"]*"|[^\s#]+)([ \t]*#.*)?\n$/;
const ADDRESSES: readonly AccessField[] = ['lnd', 'cln', 'clnrest', 'ldkServer'];

/** Of the groups of keys, each begun by its address, the node's own counts, and all others are comments. */
function nodeLines(lines: readonly string[], access: NodeAccess): readonly string[] {
  const values = valuesOf(access);
  let isOwn = false;
  return lines.map((line) => {
    const [, key = '', value = '', comment = ''] = KEY_LINE.exec(line) ?? [];
    const field = ACCESS_FIELDS.find((each) => NODE_NAMES.of[each] === key);
    if (field === undefined) return line;
    if (ADDRESSES.includes(field)) isOwn = values[field] !== undefined;
    const own = isOwn ? values[field] : undefined;
    return own === undefined
      ? `#   ${key} = ${value}${comment}\n`
      : `${stringify({ [key]: own }).trimEnd()}${comment}\n`;
  });
}

function valuesOf(access: NodeAccess): Readonly<Partial<Record<AccessField, string>>> {
  const { kind: _, ...values } = access;
  return values;
}

function withValue(
  lines: readonly string[],
  wanted: string,
  value: string | boolean | undefined,
): readonly string[] {
  if (value === undefined) return lines;
  return lines.map((line) => {
    const [, key, , comment = ''] = KEY_LINE.exec(line) ?? [];
    return key === wanted ? `${stringify({ [wanted]: value }).trimEnd()}${comment}\n` : line;
  });
}
