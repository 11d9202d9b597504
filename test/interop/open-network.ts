/**
 * Makes a network of the nodes that `compose.yml` has started: funds them, opens channels between them, lets them charge
 * fees of all kinds, and writes `nodes.toml`. Run it once, after `docker compose -f test/interop/compose.yml up --wait`.
 * `BALLAST_COMPOSE` may name another command, such as `podman compose`.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const FOLDER = new URL('./', import.meta.url).pathname;
const COMPOSE_FILE = `${FOLDER}compose.yml`;
const CREDENTIALS = `${FOLDER}credentials`;
const [ENGINE, ...ENGINE_WORDS] = (process.env['BALLAST_COMPOSE'] ?? 'docker compose').split(' ');

const LND = ['lnd1', 'lnd2', 'lnd3', 'lnd4', 'lnd5'] as const;
const CLN = ['cln1', 'cln2', 'cln3', 'cln4'] as const;
type Lnd = (typeof LND)[number];
type Cln = (typeof CLN)[number];
type Name = Lnd | Cln;

interface Planned {
  readonly from: Name;
  readonly to: Name;
  readonly capacitySat: number;
  /** The peer's from the beginning. */
  readonly pushedSat: number;
  readonly private?: boolean;
}

/** Circles in plenty, two pairs of parallel channels, and some sides that lack balance. */
const CHANNELS: readonly Planned[] = [
  { from: 'lnd1', to: 'lnd2', capacitySat: 5_000_000, pushedSat: 2_500_000 },
  { from: 'lnd1', to: 'lnd2', capacitySat: 3_000_000, pushedSat: 1_000_000 },
  { from: 'lnd1', to: 'lnd2', capacitySat: 2_000_000, pushedSat: 1_000_000, private: true },
  { from: 'lnd2', to: 'lnd3', capacitySat: 6_000_000, pushedSat: 3_000_000 },
  { from: 'lnd3', to: 'lnd1', capacitySat: 4_000_000, pushedSat: 3_000_000 },
  { from: 'lnd1', to: 'lnd4', capacitySat: 5_000_000, pushedSat: 2_000_000 },
  { from: 'lnd4', to: 'lnd3', capacitySat: 5_000_000, pushedSat: 2_500_000 },
  { from: 'lnd2', to: 'lnd4', capacitySat: 4_000_000, pushedSat: 2_000_000 },
  { from: 'lnd5', to: 'lnd1', capacitySat: 6_000_000, pushedSat: 3_000_000 },
  { from: 'lnd5', to: 'lnd3', capacitySat: 6_000_000, pushedSat: 3_000_000 },
  { from: 'cln1', to: 'lnd1', capacitySat: 5_000_000, pushedSat: 2_500_000 },
  { from: 'cln1', to: 'lnd3', capacitySat: 5_000_000, pushedSat: 2_500_000 },
  { from: 'cln1', to: 'cln2', capacitySat: 5_000_000, pushedSat: 2_500_000 },
  { from: 'cln2', to: 'lnd2', capacitySat: 5_000_000, pushedSat: 2_500_000 },
  { from: 'cln2', to: 'cln3', capacitySat: 6_000_000, pushedSat: 3_000_000 },
  { from: 'cln3', to: 'cln1', capacitySat: 4_000_000, pushedSat: 3_000_000 },
  { from: 'cln4', to: 'cln1', capacitySat: 6_000_000, pushedSat: 3_000_000 },
  { from: 'cln3', to: 'cln4', capacitySat: 3_000_000, pushedSat: 1_500_000 },
  { from: 'cln3', to: 'cln4', capacitySat: 4_000_000, pushedSat: 2_000_000 },
  { from: 'cln2', to: 'cln4', capacitySat: 2_000_000, pushedSat: 1_000_000, private: true },
  { from: 'lnd1', to: 'cln2', capacitySat: 4_000_000, pushedSat: 2_000_000 },
  { from: 'lnd1', to: 'cln2', capacitySat: 3_000_000, pushedSat: 1_500_000 },
];

const COINS_EACH = 5;
const WAIT_MS = 180_000;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

async function compose(...words: readonly string[]): Promise<string> {
  const all = [...ENGINE_WORDS, '-f', COMPOSE_FILE, ...words];
  return (await promisify(execFile)(ENGINE!, all)).stdout.trim();
}

const inside = (service: string, ...words: readonly string[]): Promise<string> =>
  compose('exec', '-T', service, ...words);

/** What of the answers of both kinds of nodes is looked at; each has some of it. */
interface Answer {
  readonly identity_pubkey: string;
  readonly id: string;
  readonly block_height?: number;
  readonly blockheight?: number;
  readonly num_active_channels: number;
  readonly address: string;
  readonly bech32: string;
  readonly rune: string;
  readonly channels: readonly {
    readonly channel_point: string;
    readonly short_channel_id: string;
  }[];
}

const lncli = async (name: Name, ...words: readonly string[]): Promise<Answer> =>
  JSON.parse(await inside(name, 'lncli', '--network=regtest', ...words));

const cln = async (name: Name, ...words: readonly string[]): Promise<Answer> =>
  JSON.parse(await inside(name, 'lightning-cli', '--network=regtest', ...words));

const bitcoin = (...words: readonly string[]): Promise<string> =>
  inside(
    ...([
      'bitcoind',
      'bitcoin-cli',
      '-regtest',
      '-rpcuser=ballast',
      '-rpcpassword=ballast',
    ] as const),
    ...['-rpcwallet=ballast', ...words],
  );

const isLnd = (name: Name): name is Lnd => (LND as readonly string[]).includes(name);

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MS;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > end) throw new Error(`not within ${WAIT_MS / 1000} s: ${what}`);
    await pause(1000);
  }
}

/** Mines, and waits until all nodes have seen it. */
async function mine(blocks: number): Promise<void> {
  await bitcoin('-generate', String(blocks));
  const height = Number(await bitcoin('getblockcount'));
  await until(`all nodes at block ${height}`, async () => {
    const infos = await Promise.all([
      ...LND.map((name) => lncli(name, 'getinfo')),
      ...CLN.map((name) => cln(name, 'getinfo')),
    ]);
    return infos.every((info) => (info.block_height ?? info.blockheight) === height);
  });
}

const keyOf = async (name: Name): Promise<string> =>
  isLnd(name) ? (await lncli(name, 'getinfo')).identity_pubkey : (await cln(name, 'getinfo')).id;

async function fund(): Promise<void> {
  for (const name of [...LND, ...CLN]) {
    for (let i = 0; i < COINS_EACH; i++) {
      const address = isLnd(name)
        ? (await lncli(name, 'newaddress', 'p2wkh')).address
        : (await cln(name, 'newaddr', 'bech32')).bech32;
      await bitcoin('sendtoaddress', address, '0.5');
    }
  }
  await mine(6);
}

async function activeChannels(name: Name): Promise<number> {
  if (isLnd(name)) return (await lncli(name, 'getinfo')).num_active_channels;
  return (await cln(name, 'getinfo')).num_active_channels;
}

async function open(planned: Planned): Promise<void> {
  const { from, to, capacitySat, pushedSat } = planned;
  const key = await keyOf(to);
  const already = [await activeChannels(from), await activeChannels(to)] as const;
  if (isLnd(from)) {
    await lncli(from, 'connect', `${key}@${to}:9735`).catch(() => undefined);
    await lncli(
      from,
      ...['openchannel', '--node_key', key, '--sat_per_vbyte', '2'],
      ...['--local_amt', String(capacitySat), '--push_amt', String(pushedSat)],
      ...(planned.private === true
        ? ['--private', '--channel_type', 'anchors', '--scid_alias']
        : []),
    );
  } else {
    await cln(from, 'connect', key, to, '9735');
    await cln(
      from,
      ...['-k', 'fundchannel', `id=${key}`, `amount=${capacitySat}`],
      ...[`push_msat=${pushedSat * 1000}`, 'feerate=2000perkb'],
      ...(planned.private === true ? ['announce=false'] : []),
    );
  }
  await mine(6);
  await until(`the channel between ${from} and ${to} works`, async () => {
    const now = [await activeChannels(from), await activeChannels(to)] as const;
    return now[0] > already[0] && now[1] > already[1];
  });
  say(`${from} - ${to}: ${capacitySat} sat`);
}

/** Each side of each channel other terms, discounts for arrivals among lnd's. */
async function chargeFees(): Promise<void> {
  let i = 0;
  for (const name of LND) {
    const { channels } = await lncli(name, 'listchannels');
    for (const { channel_point } of channels) {
      await lncli(
        name,
        ...['updatechanpolicy', '--chan_point', channel_point],
        ...['--base_fee_msat', String((i * 337) % 2000)],
        ...['--fee_rate_ppm', String((i * 173) % 900)],
        ...['--time_lock_delta', String(24 + ((i * 29) % 100))],
        ...['--inbound_base_fee_msat', String(-((i * 61) % 200))],
        ...['--inbound_fee_rate_ppm', String(-((i * 47) % 300))],
      );
      i++;
    }
  }
  for (const name of CLN) {
    const { channels } = await cln(name, 'listpeerchannels');
    for (const { short_channel_id } of channels) {
      await cln(
        name,
        ...['-k', 'setchannel', `id=${short_channel_id}`, 'enforcedelay=0'],
        ...[`feebase=${(i * 337) % 2000}`, `feeppm=${(i * 173) % 900}`],
      );
      i++;
    }
  }
}

async function writeNodes(): Promise<void> {
  await mkdir(CREDENTIALS, { recursive: true });
  const restart = (name: string): string =>
    [ENGINE, ...ENGINE_WORDS, '-f', COMPOSE_FILE, 'restart', name].join(' ');
  const tables: string[] = ['# Written by open-network.ts.'];
  for (const [i, name] of LND.entries()) {
    const files = { tls_cert: `${name}.tls.cert`, macaroon: `${name}.admin.macaroon` };
    await compose('cp', `${name}:/root/.lnd/tls.cert`, `${CREDENTIALS}/${files.tls_cert}`);
    const macaroon = '/root/.lnd/data/chain/bitcoin/regtest/admin.macaroon';
    await compose('cp', `${name}:${macaroon}`, `${CREDENTIALS}/${files.macaroon}`);
    const fields = {
      name,
      address: `127.0.0.1:${11101 + i}`,
      tls_cert: `${CREDENTIALS}/${files.tls_cert}`,
      macaroon: `${CREDENTIALS}/${files.macaroon}`,
      restart: restart(name),
    };
    tables.push(`[[lnd]]\n${linesOf(fields)}`);
  }
  for (const [i, name] of CLN.entries()) {
    const tls_ca = `${CREDENTIALS}/${name}.ca.pem`;
    await compose('cp', `${name}:/root/.lightning/regtest/ca.pem`, tls_ca);
    const { rune } = await cln(name, 'createrune');
    const rest_url = `https://127.0.0.1:${11301 + i}`;
    tables.push(`[[cln]]\n${linesOf({ name, rest_url, rune, tls_ca, restart: restart(name) })}`);
  }
  await writeFile(`${FOLDER}nodes.toml`, `${tables.join('\n\n')}\n`, { mode: 0o600 });
}

const linesOf = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
    .join('\n');

await mine(1);
await fund();
for (const planned of CHANNELS) {
  // Old versions may refuse what a private channel needs; the suites then say that there is none.
  await open(planned).catch((error: Error) => {
    if (planned.private !== true) throw error;
    say(`no private channel: ${error.message}`);
  });
}
await chargeFees();
await writeNodes();
say(`${FOLDER}nodes.toml is written; now: npm run test:interop`);
