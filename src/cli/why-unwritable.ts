/** Why a file that the user has named cannot be written. */
import { dirname } from 'node:path';

export function whyUnwritable(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return `there is no folder ${dirname(path)}; make it, or name another`;
    case 'ENOTDIR':
      return `${dirname(path)} is no folder; name another`;
    case 'EISDIR':
      return 'it is a folder; name a file in it';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'this user may not write there; change owner or mode, or name another place';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'there is no room left; free some, or name another place';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
