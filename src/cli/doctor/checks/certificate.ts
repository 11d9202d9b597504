/** Whether the node shows the certificate that it should, and for how long it will. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { NodeAccess } from '../../node-access/chosen-access.ts';
import { type Check, ok, skipped, warning } from '../check.ts';
import { stepOfConnecting } from './connecting.ts';

const DAY_MS = 86_400_000;
/** lnd's own lasts fourteen months; renewing one takes a restart of the node, which wants to be planned. */
const SOON_MS = 30 * DAY_MS;

export const certificate: Check = stepOfConnecting({
  id: 'certificate',
  after: 'address',
  fails: ['wrong_certificate'],
  passed: async (setUp) => {
    const access = await setUp.access();
    const file = fileOf(access);
    if (file === undefined) {
      return access.kind === 'cln'
        ? skipped('a socket of this machine has none')
        : skipped('no certificate is given, and a public authority has signed that of the node');
    }
    const { validTo } = new X509Certificate(await readFile(file));
    const leftMs = Date.parse(validTo) - setUp.now();
    const day = new Date(Date.parse(validTo)).toISOString().slice(0, 10);
    return leftMs < SOON_MS
      ? warning(
          `${file} is the right one, but ends on ${day}`,
          `have the node make a new one before that, and copy it (${renewalOf(access)})`,
        )
      : ok(`${file} is the right one, until ${day}`);
  },
});

function fileOf(access: NodeAccess): string | undefined {
  return access.kind === 'cln' ? undefined : access.tls;
}

function renewalOf({ kind }: NodeAccess): string {
  switch (kind) {
    case 'lnd':
      return 'lnd does so when it starts with --tlsautorefresh';
    case 'clnrest':
    case 'cln':
      return 'delete the .pem files in its folder and restart lightningd';
    case 'ldk_server':
      return 'delete its tls.crt and tls.key and restart LDK Server';
  }
}
