/** What other users of the machine may do with a file, by its mode and by those of the folders that lead to it. */
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const OTHERS = 0o077;
const OTHERS_PASS = 0o011;

/**
 * Whether others have any of these rights on the file: a folder that lets none of them pass closes what is in it. False
 * for a file that cannot be found.
 *
 * @param bits of the mode
 */
export async function othersMay(path: string, bits: number = OTHERS): Promise<boolean> {
  try {
    const file = await realpath(path);
    if (((await stat(file)).mode & bits) === 0) return false;
    for (let folder = dirname(file); ; folder = dirname(folder)) {
      if (((await stat(folder)).mode & OTHERS_PASS) === 0) return false;
      if (folder === dirname(folder)) return true;
    }
  } catch {
    return false;
  }
}
