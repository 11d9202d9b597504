/** Which licences dependencies have, by the lock file and their own package.json. */

/** Ask for no more than that their text is passed on: nobody who uses Ballast has to open anything of their own. */
const PERMISSIVE: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
]);

export interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  /** A workspace of this repository. */
  readonly link?: boolean;
}

export interface LicencedDependency {
  readonly name: string;
  readonly version: string;
  /** As SPDX writes it; `undefined` where the package names none. */
  readonly licence: string | undefined;
  readonly use: 'runtime' | 'dev';
}

/**
 * The dependencies of a lock file by name and version, each once.
 *
 * @param manifestOf The package.json of an installed one by its place, such as `node_modules/pino`. Those of other
 * platforms are not installed, and the lock file's word is taken.
 */
export function dependenciesOf(
  locked: Readonly<Record<string, LockedPackage>>,
  manifestOf: (place: string) => unknown,
): LicencedDependency[] {
  const found = new Map<string, LicencedDependency>();
  for (const [place, entry] of Object.entries(locked)) {
    const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(place)?.[1];
    if (name === undefined || entry.link === true) continue;
    const version = entry.version ?? '';
    // What is both a development dependency and an optional one of users counts as theirs: it has another mark.
    const use = entry.dev === true ? 'dev' : 'runtime';
    const known = found.get(`${name}@${version}`);
    if (known?.use === 'runtime') continue;
    const licence = licenceIn(manifestOf(place)) ?? entry.license;
    found.set(`${name}@${version}`, { name, version, licence, use });
  }
  return [...found.values()].sort((left, right) =>
    left.name === right.name
      ? left.version.localeCompare(right.version, 'en', { numeric: true })
      : left.name < right.name
        ? -1
        : 1,
  );
}

/** Those that users get, and whose licence is missing or not on the list. */
export function refused(dependencies: readonly LicencedDependency[]): LicencedDependency[] {
  return dependencies.filter(
    ({ licence, use }) => use === 'runtime' && (licence === undefined || !isPermissive(licence)),
  );
}

/** Of an expression of SPDX: all parts of `AND`, and one of `OR`, which binds less. */
export function isPermissive(licence: string): boolean {
  const parts = licence.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const any = (): boolean => {
    let one = all();
    while (parts[at] === 'OR') {
      at++;
      const next = all();
      one = one || next;
    }
    return one;
  };
  const all = (): boolean => {
    let every = term();
    while (parts[at] === 'AND') {
      at++;
      const next = term();
      every = every && next;
    }
    return every;
  };
  const term = (): boolean => {
    const part = parts[at++];
    if (part !== '(') return part !== undefined && PERMISSIVE.has(part);
    const inside = any();
    return parts[at++] === ')' && inside;
  };
  const answer = any();
  // What is left over was not understood: words such as WITH, or a sentence.
  return answer && at === parts.length;
}

/** `license`, or what packages wrote before SPDX: an object with a type, or a list of those, one of which may be chosen. */
function licenceIn(manifest: unknown): string | undefined {
  if (typeof manifest !== 'object' || manifest === null) return undefined;
  const { license, licenses } = manifest as { license?: unknown; licenses?: unknown };
  if (Array.isArray(licenses) && license === undefined) {
    const types = licenses.map(typeOf).filter((type) => type !== undefined);
    return types.length === 0 ? undefined : types.join(' OR ');
  }
  return typeOf(license);
}

function typeOf(licence: unknown): string | undefined {
  if (typeof licence === 'string') return licence === '' ? undefined : licence;
  if (typeof licence !== 'object' || licence === null) return undefined;
  const { type } = licence as { type?: unknown };
  return typeof type === 'string' && type !== '' ? type : undefined;
}
