/** Whether the journal can be opened, and whether this Ballast can read it. */
import { existsSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { NodeError } from '../../../node/node-error.ts';
import { MIGRATIONS } from '../../../store/schema.ts';
import { pathProblem } from '../../../store/sqlite-failure.ts';
import { StoreError } from '../../../store/store-error.ts';
import { EXIT, UsageError } from '../../exit-codes.ts';
import { blocked, type Check, type Finding, failed, failedBy, ok } from '../check.ts';
import type { SetUp } from '../set-up.ts';

export const store: Check = {
  id: 'store',
  needs: ['configuration'],
  deadlineMs: 60_000,
  look: async (setUp) => {
    try {
      const path = await setUp.journal();
      return existsSync(path) ? await opened(path, setUp) : await toBeMade(path, setUp);
    } catch (error) {
      if (error instanceof NodeError || error instanceof UsageError) {
        return blocked('none is named, and its usual place goes by the node, which is not known');
      }
      if (!(error instanceof StoreError)) throw error;
      return failedBy(error.message, EXIT.usage);
    }
  },
};

async function opened(path: string, setUp: SetUp): Promise<Finding> {
  const problem = pathProblem(path);
  if (problem !== undefined) throw problem;
  const { version, hasLog } = await setUp.journalFacts();
  const age =
    version < MIGRATIONS.length
      ? `, and is brought to version ${MIGRATIONS.length} when it is next opened`
      : '';
  const use = hasLog ? '; a command has it open, or was killed while it had' : '';
  return ok(`${path} can be read and written, has version ${version}${age}${use}`);
}

/** The usual folder is made with the first journal; one that was named must be there. */
async function toBeMade(path: string, setUp: SetUp): Promise<Finding> {
  const isNamed = (setUp.options.store ?? (await setUp.config())?.store.path) !== undefined;
  const problem = isNamed ? pathProblem(path) : undefined;
  if (problem !== undefined) throw problem;
  const folder = existing(dirname(path));
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch {
    return failed(`${path} cannot be made: ${folder} may not be written by this user`, {
      exit: EXIT.usage,
      fix: `change its owner or mode, or name another place with ${setUp.storeName}`,
    });
  }
  return ok(`${path} is not there yet; the first rebalance makes it`);
}

function existing(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existing(dirname(folder));
}
