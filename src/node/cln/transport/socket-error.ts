/** Why lightningd's unix socket could not be opened, and what to do about it. */
import { stat } from 'node:fs/promises';
import { NodeError } from '../../node-error.ts';

/** Longer paths do not fit into a socket's address on Linux; 104 elsewhere. */
const LONGEST_PATH = 107;

export async function socketError(path: string, error: NodeJS.ErrnoException): Promise<NodeError> {
  const cause = { cause: error };
  const kind = await stat(path).then(
    (found) => (found.isSocket() ? 'socket' : found.isDirectory() ? 'folder' : 'file'),
    () => 'none',
  );
  if (kind === 'folder') {
    return new NodeError(
      'wrong_address',
      `${path} is a folder; give the socket in it, such as ${path}/lightning-rpc`,
      cause,
    );
  }
  if (kind === 'file') {
    return new NodeError(
      'wrong_address',
      `${path} is a file and no socket; give the path that \`lightning-cli listconfigs rpc-file\` shows`,
      cause,
    );
  }
  switch (error.code) {
    case 'ENOENT':
      return new NodeError(
        'unreachable',
        `there is no socket ${path}; start lightningd, or give the path that \`lightning-cli listconfigs rpc-file\` shows`,
        cause,
      );
    case 'ECONNREFUSED':
      return new NodeError(
        'unreachable',
        `nothing listens at the socket ${path}; start lightningd`,
        cause,
      );
    case 'EACCES':
    case 'EPERM':
      return new NodeError(
        'permission_denied',
        `the socket ${path} is closed to this user; run as lightningd's user, or set its rpc-file-mode`,
        cause,
      );
    default:
      return new NodeError(
        'unreachable',
        path.length > LONGEST_PATH
          ? `the path of the socket has ${path.length} characters, and ${LONGEST_PATH} are possible: ${path}`
          : `the socket ${path} cannot be opened: ${error.message}`,
        cause,
      );
  }
}
