/** The access that a configuration is written for: what the user has named, and what it stands in for until then. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../exit-codes.ts';
import {
  ACCESS_FIELDS,
  type AccessField,
  type AccessOptions,
  OPTION_NAMES,
} from '../node-access/access-options.ts';
import { chosenAccess, type NodeAccess } from '../node-access/chosen-access.ts';

/** As the example has them: beside the configuration. */
const USUAL: Readonly<Record<NodeAccess['kind'], AccessOptions>> = {
  lnd: { lnd: '127.0.0.1:10009', tls: 'tls.cert', macaroon: 'ballast.macaroon' },
  cln: {},
  clnrest: { rune: 'ballast.rune' },
  ldk_server: { tls: 'tls.crt', apiKey: 'api_key' },
};

const FILES: ReadonlySet<AccessField> = new Set<AccessField>([
  'tls',
  'macaroon',
  'cln',
  'rune',
  'gossipStore',
  'apiKey',
]);

export interface WrittenAccess {
  readonly access: NodeAccess;
  /** What was not named, and has to be made or put right. */
  readonly placeholders: readonly AccessField[];
}

/**
 * Paths that were named are from where the command runs, and become absolute: those of a configuration count from its
 * folder.
 *
 * @throws UsageError for options that do not go together, and for a rune itself where its file is needed.
 */
export function writtenAccess(options: AccessOptions): WrittenAccess {
  const named = Object.fromEntries(
    ACCESS_FIELDS.flatMap((field): [AccessField, string][] => {
      const value = options[field];
      if (value === undefined) return [];
      if (field === 'rune') assertFile(value);
      return [[field, FILES.has(field) ? resolve(value) : value]];
    }),
  ) as AccessOptions;
  const usual = USUAL[kindOf(named)];
  const all = { ...usual, ...named };
  const missing = ACCESS_FIELDS.filter((field) => all[field] !== named[field]);
  return { access: chosenAccess(all, OPTION_NAMES), placeholders: missing };
}

/** By the address alone; without any it is lnd, as in the example. */
function kindOf({ cln, clnrest, ldkServer }: AccessOptions): NodeAccess['kind'] {
  if (cln !== undefined) return 'cln';
  if (clnrest !== undefined) return 'clnrest';
  return ldkServer === undefined ? 'lnd' : 'ldk_server';
}

const RUNE = /^[A-Za-z0-9_-]{43,}={0,2}$/;

function assertFile(rune: string): void {
  if (!RUNE.test(rune) || existsSync(rune)) return;
  throw new UsageError(
    '--rune: a configuration names the file that holds the rune; write it into one with mode 600, and give its path',
  );
}
