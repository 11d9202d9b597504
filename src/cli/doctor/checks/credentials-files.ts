/** The files that the node is reached with: there, of their kind, and closed to others. */
import { existsSync } from 'node:fs';
import { secretOf } from '../../config/config-file.ts';
import { EXIT, UsageError } from '../../exit-codes.ts';
import { checkFiles } from '../../node-access/check-access.ts';
import { othersMay } from '../../others-access.ts';
import { type Check, failedBy, ok, warning } from '../check.ts';

export const credentialsFiles: Check = {
  id: 'credentials_files',
  needs: ['configuration'],
  look: async (setUp) => {
    const access = await setUp.access();
    try {
      await checkFiles(access, setUp.names);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return failedBy(error.message, EXIT.usage);
    }
    const secret = secretOf(access);
    if (secret === undefined) return ok('none is needed: the socket is guarded by its owner');
    // A rune may have been given as such.
    if (!existsSync(secret.file)) {
      return warning(
        'the credential stands on the command line, where other users of this machine see it',
        'write it into a file with mode 600, and give that',
      );
    }
    return (await othersMay(secret.file))
      ? warning(
          `other users of this machine can read ${secret.file}, and whoever has it can ${secret.power}`,
          `chmod 600 ${secret.file}`,
        )
      : ok(`no other user of this machine can read ${secret.file}`);
  },
};
