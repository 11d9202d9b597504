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
import { whyUnreadable } from '../../node/why-unreadable.ts';
import { UsageError } from '../exit-codes.ts';
import type { AccessField, AccessNames } from './access-options.ts';
import type { ClnrestAccess, NodeAccess } from './chosen-access.ts';
import { readRune } from './read-rune.ts';

/** @throws UsageError for one that is malformed, or is nothing that could answer. */
export async function checkAddress(access: NodeAccess, names: AccessNames): Promise<void> {
  switch (access.kind) {
    case 'lnd':
      await asked(names, 'lnd', () => parseLndAddress(access.lnd));
      return;
    case 'cln':
      return asked(names, 'cln', () => checkSocket(access.cln));
    case 'clnrest':
      await asked(names, 'clnrest', () => parseRestAddress(access.clnrest));
      return;
    case 'ldk_server':
      await asked(names, 'ldkServer', () => parseLdkServerAddress(access.ldkServer));
  }
}

/** One that is not there may still come: lightningd makes it when it starts. */
async function checkSocket(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isSocket() === false) throw await socketError(path, new Error('it is no socket'));
}

/** @throws UsageError for a file that is missing or not of its kind. */
export async function checkFiles(access: NodeAccess, names: AccessNames): Promise<void> {
  switch (access.kind) {
    case 'lnd': {
      const { tls: tlsCert, macaroon } = access;
      const parts = { wrong_certificate: 'tls', wrong_macaroon: 'macaroon' } as const;
      await asked(names, parts, () => readLndCredentials({ tlsCert, macaroon }));
      return;
    }
    case 'cln':
      return checkGossipStore(access.gossipStore, names);
    case 'clnrest':
      await checkRestFiles(access, names);
      return;
    case 'ldk_server': {
      const { tls: tlsCert, apiKey } = access;
      const parts = { wrong_certificate: 'tls', wrong_api_key: 'apiKey' } as const;
      await asked(names, parts, () => readLdkServerCredentials({ tlsCert, apiKey }));
    }
  }
}

/** With the rune itself: one that comes through a pipe can be read once. @throws UsageError as `checkClnrest` does */
export const withRune = async (access: NodeAccess, names: AccessNames): Promise<NodeAccess> =>
  access.kind === 'clnrest' ? { ...access, rune: await checkClnrest(access, names) } : access;

/** @returns The rune. @throws UsageError as `checkAddress` and `checkFiles` do */
export async function checkClnrest(access: ClnrestAccess, names: AccessNames): Promise<string> {
  await checkAddress(access, names);
  return checkRestFiles(access, names);
}

async function checkRestFiles(
  { tls, gossipStore, rune }: ClnrestAccess,
  names: AccessNames,
): Promise<string> {
  if (tls !== undefined) await asked(names, 'tls', () => readAuthority(tls));
  await checkGossipStore(gossipStore, names);
  return asked(names, 'rune', () => readRune(rune));
}

async function readAuthority(path: string): Promise<void> {
  const pem = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Error(
      `${path} cannot be read: ${whyUnreadable(error)}; give ca.pem of lightningd's folder`,
      { cause: error },
    );
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
