/** What comes along with Ballast: code of others that runs with the same rights. */
import { describe, expect, it } from 'vitest';
import { readRepositoryFile, sourceFiles } from '../house/source-files.ts';

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly hasInstallScript?: boolean;
  readonly integrity?: string;
}

const { packages } = JSON.parse(readRepositoryFile('package-lock.json')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
/** What Ballast needs, what that needs, and so on, as Node finds it: from the innermost folder outwards. */
function installed(): ReadonlyMap<string, Locked> {
  const found = new Map<string, Locked>();
  const visit = (path: string): void => {
    for (const name of Object.keys(packages[path]?.dependencies ?? {})) {
      let folder = path;
      while (folder !== '' && packages[`${folder}/node_modules/${name}`] === undefined) {
        folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')));
      }
      const at = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
      const locked = packages[at];
      if (locked === undefined) throw new Error(`${path} needs ${name}, which is not locked`);
      if (found.has(at)) continue;
      found.set(at, locked);
      visit(at);
    }
  };
  visit('');
  return found;
}

const forUsers = [...installed()].map(([path, locked]) => ({
  name: path.slice('node_modules/'.length),
  ...locked,
}));

describe('packages that users get', () => {
  it('are held to what they were when they were locked', () => {
    expect(forUsers.length).toBeGreaterThan(14);
    const loose = forUsers.filter(({ integrity }) => integrity?.startsWith('sha512-') !== true);
    expect(loose.map(({ name }) => name)).toEqual([]);
  });

  it('run nothing when they are installed, but one', () => {
    const scripted = forUsers.filter(({ hasInstallScript }) => hasInstallScript === true);
    expect(scripted.map(({ name }) => name)).toEqual(['protobufjs']);
    const { allowScripts } = JSON.parse(readRepositoryFile('package.json')) as {
      readonly allowScripts: Readonly<Record<string, boolean>>;
    };
    expect(allowScripts['protobufjs']).toBe(false);
  });
});

describe('the sources', () => {
  const sources = sourceFiles('src');

  it('make no code out of text, and start no other program', () => {
    const makes =
      /\beval\(|new Function\(|node:child_process|node:vm\b|[=(>n]\s*import\(\s*[^')\s]/;
    expect(sources.length).toBeGreaterThan(300);
    const found = sources.filter(({ text }) => makes.test(text.replace(/^\s*(\*|\/\/).*$/gm, '')));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  it('open connections to the node alone: in src/node, and in the simulator and the server of figures, which listen', () => {
    const dials = /'node:(net|tls|http|https|http2|dgram|dns)(\/promises)?'|\bfetch\(|WebSocket/;
    const found = sources.filter(({ text }) => dials.test(text.replace(/^\s*(\*|\/\/).*$/gm, '')));
    const elsewhere = found.filter(({ path }) => !/^src\/(node|sim)\//.test(path));
    expect(elsewhere.map(({ path }) => path)).toEqual(['src/cli/metrics/metrics-server.ts']);
    expect(found.length).toBeGreaterThan(5);
  });
});
