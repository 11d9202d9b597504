import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { dependenciesOf, isPermissive, refused } from '../../scripts/package/licences.ts';
import { ROOT } from '../../scripts/package/pack.ts';
import { readRepositoryFile } from '../house/source-files.ts';

const manifests: Record<string, unknown> = {
  'node_modules/plain': { license: 'MIT' },
  'node_modules/plain/node_modules/@scope/inner': {
    licenses: [{ type: 'GPL-3.0' }, { type: 'MIT' }],
  },
  'node_modules/object': { license: { type: 'ISC' } },
  'node_modules/nameless': {},
  'node_modules/copyleft': { license: 'AGPL-3.0-only' },
  'node_modules/tool': { license: 'GPL-3.0-only' },
};

describe('the licences', () => {
  const dependencies = dependenciesOf(
    {
      '': { version: '1.0.0' },
      reference: { version: '0.0.0' },
      'node_modules/our-own': { link: true },
      'node_modules/plain': { version: '1.2.0' },
      'node_modules/plain/node_modules/@scope/inner': { version: '10.0.0' },
      'node_modules/object/node_modules/plain': { version: '1.2.0', dev: true },
      'node_modules/object': { version: '3.0.0', dev: true },
      'node_modules/nameless': { version: '0.1.0' },
      'node_modules/copyleft': { version: '2.0.0' },
      'node_modules/tool': { version: '2.0.0', dev: true },
      'node_modules/elsewhere': { version: '7.0.0', license: 'BSD-3-Clause' },
    },
    (place) => manifests[place],
  );

  it('are those that the packages name, old ways of writing them included', () => {
    expect(
      dependencies.map(({ name, version, licence, use }) => `${name}@${version} ${licence} ${use}`),
    ).toEqual([
      '@scope/inner@10.0.0 GPL-3.0 OR MIT runtime',
      'copyleft@2.0.0 AGPL-3.0-only runtime',
      'elsewhere@7.0.0 BSD-3-Clause runtime',
      'nameless@0.1.0 undefined runtime',
      'object@3.0.0 ISC dev',
      'plain@1.2.0 MIT runtime',
      'tool@2.0.0 GPL-3.0-only dev',
    ]);
  });

  it('are refused where users would get what is not permissive, or not named', () => {
    expect(refused(dependencies).map(({ name }) => name)).toEqual(['copyleft', 'nameless']);
  });

  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['MIT AND GPL-3.0-only', false],
    ['GPL-3.0-only OR MIT AND ISC', true],
    ['(GPL-3.0-only OR MIT) AND ISC', true],
    ['(GPL-3.0-only OR MIT) AND LGPL-2.1', false],
    ['Apache-2.0 WITH LLVM-exception', false],
    ['SEE LICENSE IN LICENSE.txt', false],
    ['UNLICENSED', false],
    ['(MIT', false],
    ['MIT)', false],
    ['OR', false],
    ['', false],
  ])('read %s as permissive: %s', (licence, permissive) => {
    expect(isPermissive(licence)).toBe(permissive);
  });

  it('of this repository are all permissive, and the command lists them', () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['scripts/licences.ts'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const { dependencies: ours } = JSON.parse(readRepositoryFile('package.json')) as {
      dependencies: Record<string, string>;
    };
    for (const name of Object.keys(ours)) {
      expect(stdout).toMatch(new RegExp(`^${name} +\\S+ +\\S.* runtime$`, 'm'));
    }
    expect(stdout).toMatch(/^vitest +\S+ +MIT +dev$/m);
  });
});
