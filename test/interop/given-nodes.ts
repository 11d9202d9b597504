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

export interface GivenNodes {
  readonly lnd: readonly GivenLnd[];
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

/** @throws Error for a file that cannot be meant, with what to change in it. */
export function givenNodes(env: NodeJS.ProcessEnv = process.env): GivenNodes | Nothing {
  if (env['BALLAST_INTEROP'] !== 'full') return { missing: 'they run in npm run test:interop' };
  const byVariables = fromVariables(env);
  if (byVariables.length > 0) return { lnd: byVariables, amountSat: DEFAULT_AMOUNT_SAT };
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
function fromVariables(env: NodeJS.ProcessEnv): readonly GivenLnd[] {
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

/** @param file for messages */
export function readNodes(text: string, file: string): GivenNodes {
  const { amount_sat: amountSat = DEFAULT_AMOUNT_SAT, lnd = [] } = parse(text);
  if (typeof amountSat !== 'number' || !Number.isSafeInteger(amountSat) || amountSat < 1000) {
    throw new Error(`${file}: amount_sat must be a whole number of at least 1000`);
  }
  if (!Array.isArray(lnd)) throw new Error(`${file}: write each lnd node as a table [[lnd]]`);
  return {
    amountSat,
    lnd: lnd.map((table, i) => readLnd(table as TomlTable, `${file}: [[lnd]] number ${i + 1}`)),
  };
}

function readLnd(table: TomlTable, where: string): GivenLnd {
  const unknown = Object.keys(table).find((key) => !LND_KEYS.has(key));
  if (unknown !== undefined) {
    throw new Error(`${where}: unknown key ${unknown}; known are ${[...LND_KEYS].join(', ')}`);
  }
  const textOf = (key: string): string => {
    const value = table[key];
    if (typeof value === 'string' && value !== '') return value;
    throw new Error(`${where}: ${key} is missing, or no text`);
  };
  const address = textOf('address');
  return {
    name: table['name'] === undefined ? address : textOf('name'),
    address,
    tlsCert: textOf('tls_cert'),
    macaroon: textOf('macaroon'),
    restart: table['restart'] === undefined ? null : textOf('restart'),
  };
}
