/** Whether this Node can run Ballast. It imports nothing, so that an old one gets as far as saying so. */

const OLDEST = { major: 22, minor: 13 } as const;

/** What to tell the user of a Node that is too old; `undefined` where it will do. */
export function oldNodeRefusal(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return undefined;
  return (
    `this is Node.js ${version}, and ${OLDEST.major}.${OLDEST.minor} or later is needed; ` +
    'install a newer one (https://nodejs.org) and run ballast with it; ' +
    'in a clone of Ballast `npm ci` has put one at node_modules/.bin/node'
  );
}
