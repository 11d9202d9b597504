/**
 * Real nodes that somebody gives to the interop suites: in environment variables, or in the file that
 * `BALLAST_INTEROP_NODES` names, or in `test/interop/nodes.toml`. `nodes.example.toml` tells the format.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parse, type TomlTable } from 'smol-toml';

export interface GivenLnd {
  /** For people; the suites tell nodes apart by their keys. */
  readonly name: string;
  readonly address: string;
  /** Path of `tls.cert`. */
  readonly tlsCert: string;
  /** Path of `admin.macaroon`. */
  readonly macaroon: string;
  /** A command for the shell that restarts the node, and returns when it has been told to come up again. */
  readonly restart: string | null;
}

/** By its socket, where the suites run on its own machine, by clnrest, or by both. */
export interface GivenCln {
  readonly name: string;
  /** Path of `lightning-rpc`. */
  readonly socket: string | null;
  readonly rest: GivenClnrest | null;
  /** Path of `gossip_store`. */
  readonly gossipStore: string | null;
  readonly restart: string | null;
}

export interface GivenClnrest {
  readonly url: string;
  /** One that may do everything. */
  readonly rune: string;
  /** Path of `ca.pem`. */
  readonly tlsCa: string;
}

export interface GivenNodes {
  readonly lnd: readonly GivenLnd[];
  readonly cln: readonly GivenCln[];
  /** What a circle of the suites carries, in sat. */
  readonly amountSat: number;
}

type Nothing = {
  /** Why there are none, for people. */
  readonly missing: string;
};

const OWN_FILE = new URL('nodes.toml', import.meta.url).pathname;
const DEFAULT_AMOUNT_SAT = 20_000;
const MOST_BY_VARIABLES = 9;
const LND_KEYS: ReadonlySet<string> = new Set([
  'name',
  'address',
  'tls_cert',
  'macaroon',
  'restart',
]);
const REST_KEYS = ['rest_url', 'rune', 'tls_ca'] as const;
const CLN_KEYS: ReadonlySet<string> = new Set([
  ...['name', 'socket', ...REST_KEYS],
  ...['gossip_store', 'restart'],
]);

/** @throws Error for a file that cannot be meant, with what to change in it. */
export function givenNodes(env: NodeJS.ProcessEnv = process.env): GivenNodes | Nothing {
  if (env['BALLAST_INTEROP'] !== 'full') return { missing: 'they run in npm run test:interop' };
  const byVariables = { lnd: lndFromVariables(env), cln: clnFromVariables(env) };
  if (byVariables.lnd.length + byVariables.cln.length > 0) {
    return { ...byVariables, amountSat: DEFAULT_AMOUNT_SAT };
  }
  const file = env['BALLAST_INTEROP_NODES'] ?? OWN_FILE;
  if (existsSync(file)) return readNodes(readFileSync(file, 'utf8'), file);
  return {
    missing:
      env['BALLAST_INTEROP_NODES'] === undefined
        ? 'no nodes are given: see test/interop/nodes.example.toml'
        : `BALLAST_INTEROP_NODES names ${file}, and there is no such file`,
  };
}

/** `BALLAST_INTEROP_LND1_ADDRESS`, `..._TLS_CERT`, `..._MACAROON`, perhaps `..._RESTART`, then `LND2` and so on. */
function lndFromVariables(env: NodeJS.ProcessEnv): readonly GivenLnd[] {
  const nodes: GivenLnd[] = [];
  for (let i = 1; i <= MOST_BY_VARIABLES; i++) {
    const of = (what: string): string | undefined => env[`BALLAST_INTEROP_LND${i}_${what}`];
    const [address, tlsCert, macaroon] = [of('ADDRESS'), of('TLS_CERT'), of('MACAROON')];
    if (address === undefined) break;
    if (tlsCert === undefined || macaroon === undefined) {
      throw new Error(
        `BALLAST_INTEROP_LND${i}_ADDRESS needs BALLAST_INTEROP_LND${i}_TLS_CERT and BALLAST_INTEROP_LND${i}_MACAROON beside it`,
      );
    }
    nodes.push({ name: `lnd${i}`, address, tlsCert, macaroon, restart: of('RESTART') ?? null });
  }
  return nodes;
}

/**
 * `BALLAST_INTEROP_CLN1_SOCKET`, or `..._REST_URL`, `..._RUNE` and `..._TLS_CA`, or all of them; perhaps `..._GOSSIP_STORE`
 * and `..._RESTART`; then `CLN2` and so on.
 */
function clnFromVariables(env: NodeJS.ProcessEnv): readonly GivenCln[] {
  const nodes: GivenCln[] = [];
  for (let i = 1; i <= MOST_BY_VARIABLES; i++) {
    const prefix = `BALLAST_INTEROP_CLN${i}_`;
    const named = [...CLN_KEYS].flatMap((key) => {
      const value = env[prefix + key.toUpperCase()];
      return value === undefined ? [] : [[key, value] as const];
    });
    if (named.length === 0) break;
    nodes.push(readCln({ name: `cln${i}`, ...Object.fromEntries(named) }, `${prefix}…`));
  }
  return nodes;
}

/** @param file for messages */
export function readNodes(text: string, file: string): GivenNodes {
  const { amount_sat: amountSat = DEFAULT_AMOUNT_SAT, lnd = [], cln = [] } = parse(text);
  if (typeof amountSat !== 'number' || !Number.isSafeInteger(amountSat) || amountSat < 1000) {
    throw new Error(`${file}: amount_sat must be a whole number of at least 1000`);
  }
  if (!Array.isArray(lnd)) throw new Error(`${file}: write each lnd node as a table [[lnd]]`);
  if (!Array.isArray(cln)) {
    throw new Error(`${file}: write each Core Lightning node as a table [[cln]]`);
  }
  return {
    amountSat,
    lnd: lnd.map((table, i) => readLnd(table as TomlTable, `${file}: [[lnd]] number ${i + 1}`)),
    cln: cln.map((table, i) => readCln(table as TomlTable, `${file}: [[cln]] number ${i + 1}`)),
  };
}

/** Reads the texts of a table that has no other keys. */
function textsOf(
  table: TomlTable,
  { keys, where }: { readonly keys: ReadonlySet<string>; readonly where: string },
): (key: string) => string {
  const unknown = Object.keys(table).find((key) => !keys.has(key));
  if (unknown !== undefined) {
    throw new Error(`${where}: unknown key ${unknown}; known are ${[...keys].join(', ')}`);
  }
  return (key) => {
    const value = table[key];
    if (typeof value === 'string' && value !== '') return value;
    throw new Error(`${where}: ${key} is missing, or no text`);
  };
}

function readCln(table: TomlTable, where: string): GivenCln {
  const textOf = textsOf(table, { keys: CLN_KEYS, where });
  const orNull = (key: string): string | null => (table[key] === undefined ? null : textOf(key));
  const hasRest = REST_KEYS.some((key) => table[key] !== undefined);
  const rest = hasRest
    ? { url: textOf('rest_url'), rune: textOf('rune'), tlsCa: textOf('tls_ca') }
    : null;
  const socket = orNull('socket');
  if (socket === null && rest === null) {
    throw new Error(`${where}: neither socket nor rest_url, rune and tls_ca are there`);
  }
  return {
    name: orNull('name') ?? socket ?? rest!.url,
    ...{ socket, rest },
    gossipStore: orNull('gossip_store'),
    restart: orNull('restart'),
  };
}

function readLnd(table: TomlTable, where: string): GivenLnd {
  const textOf = textsOf(table, { keys: LND_KEYS, where });
  const address = textOf('address');
  return {
    name: table['name'] === undefined ? address : textOf('name'),
    address,
    tlsCert: textOf('tls_cert'),
    macaroon: textOf('macaroon'),
    restart: table['restart'] === undefined ? null : textOf('restart'),
  };
}
