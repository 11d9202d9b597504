/** Tells "the registry cannot be reached" from every other reason for which npm fails. */

/** What npm prints of a name that has no address, a connection that is refused or lost, or of having no network. */
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT)\b/;

/** The code that npm gives where nobody answered; `undefined` where it failed for any other reason. */
export function unreachableCode(said: string): string | undefined {
  return UNREACHABLE.exec(said)?.[1];
}
