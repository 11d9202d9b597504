import { describe, expect, it } from 'vitest';
import { oldNodeRefusal } from '../../src/cli/node-version.ts';
import { readRepositoryFile, sourceFiles } from '../house/source-files.ts';

describe('oldNodeRefusal', () => {
  it.each(['22.13.0', '22.13.1', '22.20.0', '23.0.0', '24.21.0', '100.0.0'])(
    'takes %s',
    (version) => {
      expect(oldNodeRefusal(version)).toBeUndefined();
    },
  );

  it.each(['22.12.9', '22.2.0', '20.20.2', '18.0.0', '9.99.0'])('refuses %s', (version) => {
    expect(oldNodeRefusal(version)).toContain(`Node.js ${version}`);
    expect(oldNodeRefusal(version)).toContain('`npm ci` has put one at node_modules/.bin/node');
  });

  it('asks for what package.json asks for', () => {
    const { engines } = JSON.parse(readRepositoryFile('package.json')) as {
      engines: { node: string };
    };
    const least = engines.node.replace(/^>=/, '');
    expect(oldNodeRefusal('0.0.0')).toContain(`${least.replace(/\.0$/, '')} or later`);
    expect(oldNodeRefusal(least)).toBeUndefined();
  });

  it('runs before anything that an old Node could stumble over is loaded', () => {
    const files = new Map(sourceFiles('src').map((file) => [file.path, file]));
    const main = files.get('src/cli/main.ts')!;
    const eager = [...main.text.matchAll(/^import .* from '(.*)';$/gm)].map(([, from]) => from);
    expect(eager).toEqual(['./node-version.ts']);
    expect(files.get('src/cli/node-version.ts')!.imports).toEqual([]);
  });
});
