/** What can be known to be wrong with addresses, certificates and keys before anything is dialled. */
import { X509Certificate } from 'node:crypto';
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { parseRestAddress } from '../../node/cln/transport/rest-address.ts';
import { socketError } from '../../node/cln/transport/socket-error.ts';
import { parseLdkServerAddress } from '../../node/ldk-server/address.ts';
import { readCredentials as readLdkServerCredentials } from '../../node/ldk-server/credentials.ts';
import { parseLndAddress } from '../../node/lnd/address.ts';
import { readCredentials as readLndCredentials } from '../../node/lnd/credentials.ts';
import { NodeError, type NodeErrorCode } from '../../node/node-error.ts';
import { UsageError } from '../exit-codes.ts';
import { whyUnreadable } from '../why-unreadable.ts';
import type { AccessField, AccessNames } from './access-options.ts';
import type { ClnAccess, ClnrestAccess, LdkServerAccess, LndAccess } from './chosen-access.ts';
import { readRune } from './read-rune.ts';

/** @throws UsageError for a malformed address, and for a file that is missing or not of its kind. */
export async function checkLnd(
  { lnd, tls, macaroon }: LndAccess,
  names: AccessNames,
): Promise<void> {
  await asked(names, 'lnd', () => parseLndAddress(lnd));
  const parts = { wrong_certificate: 'tls', wrong_macaroon: 'macaroon' } as const;
  await asked(names, parts, () => readLndCredentials({ tlsCert: tls, macaroon }));
}

/** @throws UsageError as `checkLnd` does */
export async function checkLdkServer(access: LdkServerAccess, names: AccessNames): Promise<void> {
  const { ldkServer, tls, apiKey } = access;
  await asked(names, 'ldkServer', () => parseLdkServerAddress(ldkServer));
  const parts = { wrong_certificate: 'tls', wrong_api_key: 'apiKey' } as const;
  await asked(names, parts, () => readLdkServerCredentials({ tlsCert: tls, apiKey }));
}

/** A socket that is not there may still come: lightningd makes it when it starts. @throws UsageError as `checkLnd` does */
export async function checkCln({ cln, gossipStore }: ClnAccess, names: AccessNames): Promise<void> {
  await asked(names, 'cln', async () => {
    const found = await stat(cln).catch(() => undefined);
    if (found?.isSocket() === false) throw await socketError(cln, new Error('it is no socket'));
  });
  await checkGossipStore(gossipStore, names);
}

/** @returns The rune. @throws UsageError as `checkLnd` does */
export async function checkClnrest(access: ClnrestAccess, names: AccessNames): Promise<string> {
  const { clnrest, tls, gossipStore } = access;
  await asked(names, 'clnrest', () => parseRestAddress(clnrest));
  if (tls !== undefined) await asked(names, 'tls', () => readAuthority(tls));
  await checkGossipStore(gossipStore, names);
  return asked(names, 'rune', () => readRune(access.rune));
}

async function readAuthority(path: string): Promise<void> {
  const pem = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Error(`${path} cannot be read: ${whyUnreadable(error)}`, { cause: error });
  });
  try {
    new X509Certificate(pem);
  } catch (cause) {
    throw new Error(
      `${path} is no PEM certificate; give the one that signed clnrest's: ca.pem in lightningd's folder`,
      { cause },
    );
  }
}

async function checkGossipStore(path: string | undefined, names: AccessNames): Promise<void> {
  if (path === undefined) return;
  await asked(names, 'gossipStore', async () => {
    let file: FileHandle | undefined;
    try {
      file = await open(path, 'r');
      await file.read(new Uint8Array(1), 0, 1, 0);
    } catch (error) {
      throw new Error(
        `${path} cannot be read: ${whyUnreadable(error)}; lightningd keeps gossip_store in its network's folder, such as ~/.lightning/bitcoin`,
        { cause: error },
      );
    } finally {
      await file?.close();
    }
  });
}

/** By what a NodeError says is wrong. */
type PartsByCode = Readonly<Partial<Record<NodeErrorCode, AccessField>>>;

/** What it throws is about this field, or about the one that goes with the code of the NodeError. */
async function asked<T>(
  { of, prefix }: AccessNames,
  about: AccessField | PartsByCode,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const field =
      typeof about === 'string'
        ? about
        : error instanceof NodeError
          ? about[error.code]
          : undefined;
    if (field === undefined) throw error;
    throw new UsageError(`${prefix}${of[field]}: ${error.message}`, { cause: error });
  }
}
