/** What the node is reached with, as far as it lies on this machine: addresses that can be meant, files of their kind. */
import { stat } from 'node:fs/promises';
import { secretOf } from '../../config/config-file.ts';
import { EXIT, UsageError } from '../../exit-codes.ts';
import type { AccessNames } from '../../node-access/access-options.ts';
import {
  checkCln,
  checkClnrest,
  checkLdkServer,
  checkLnd,
} from '../../node-access/check-access.ts';
import type { NodeAccess } from '../../node-access/chosen-access.ts';
import { type Check, failed, ok, warning } from '../check.ts';

const OTHERS = 0o077;

export const credentialsFiles: Check = {
  id: 'credentials_files',
  needs: ['configuration'],
  look: async (setUp) => {
    const access = await setUp.access();
    try {
      await checkAccess(access, setUp.names);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return failed(error.message, { exit: EXIT.usage });
    }
    const secret = secretOf(access);
    if (secret === undefined) return ok('none is needed: the socket is guarded by its owner');
    // A rune may have been given as such.
    const mode = await stat(secret.file).then(
      (found) => found.mode,
      () => undefined,
    );
    if (mode === undefined) {
      return warning(
        'the credential stands on the command line, where other users of this machine see it',
        'write it into a file with mode 600, and give that',
      );
    }
    return (mode & OTHERS) === 0
      ? ok(`${secret.file} is readable for its owner alone`)
      : warning(
          `other users of this machine can read ${secret.file}, and whoever has it can ${secret.power}`,
          `chmod 600 ${secret.file}`,
        );
  },
};

async function checkAccess(access: NodeAccess, names: AccessNames): Promise<void> {
  switch (access.kind) {
    case 'lnd':
      return checkLnd(access, names);
    case 'cln':
      return checkCln(access, names);
    case 'clnrest':
      await checkClnrest(access, names);
      return;
    case 'ldk_server':
      return checkLdkServer(access, names);
  }
}
