/**
 * `npm run licences`: every dependency that the lock file names, with its version and licence, and whether users get it
 * (`runtime`) or only who works on Ballast (`dev`). Ends with 1 where one that users get has no licence, or one that is
 * not on the list of `package/licences.ts`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dependenciesOf, type LockedPackage, refused } from './package/licences.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
const dependencies = dependenciesOf(lock.packages, (place) => {
  const file = join(root, place, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
});
const cells = dependencies.map(({ name, version, licence, use }) => [
  name,
  version,
  licence ?? 'none named',
  use,
]);
const rows = [['name', 'version', 'licence', 'use'], ...cells];
const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
for (const row of rows) {
  console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}
const bad = refused(dependencies);
for (const { name, version, licence } of bad) {
  console.error(
    `${name}@${version}: ${licence === undefined ? 'names no licence' : `${licence} is not on the list of permissive licences`}`,
  );
}
const runtime = dependencies.filter(({ use }) => use === 'runtime').length;
console.log(`${runtime} that users get, ${dependencies.length - runtime} for development`);
if (bad.length > 0) process.exitCode = 1;
