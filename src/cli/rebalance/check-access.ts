/** What can be known to be wrong with address, certificate and macaroon before anything is dialled. */
import { parseLndAddress } from '../../node/lnd/address.ts';
import { readCredentials } from '../../node/lnd/credentials.ts';
import { NodeError } from '../../node/node-error.ts';
import { UsageError } from '../exit-codes.ts';

export interface Access {
  readonly lnd: string;
  readonly tls: string;
  readonly macaroon: string;
}

/** @throws UsageError for a malformed address, and for a file that is missing or not of its kind. */
export async function checkAccess(access: Access): Promise<void> {
  try {
    parseLndAddress(access.lnd);
    await readCredentials({ tlsCert: access.tls, macaroon: access.macaroon });
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    throw new UsageError(`${optionOf(error)}: ${error.message}`, { cause: error });
  }
}

function optionOf({ code }: NodeError): string {
  if (code === 'wrong_certificate') return '--tls';
  return code === 'wrong_macaroon' ? '--macaroon' : '--lnd';
}
