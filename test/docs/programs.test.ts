/** Every TypeScript program in the README and docs/ compiles as it stands, and runs on the node that they speak of. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startProgram } from '../examples/start-program.ts';
import { DocumentedWorld, TO_ALICE, TO_BOB } from './documented-world.ts';
import { documents } from './documents.ts';
import { ROOT } from './kinds-of-command.ts';

const programs = documents().flatMap(({ path, blocks }) =>
  blocks
    .filter(({ language }) => language === 'ts')
    .map(({ text, line }) => ({ name: `${path}:${line}`, text })),
);

/** What the compiler says of them; the repository's own settings tell it what `ballast/...` is. */
function compile(texts: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-programs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = texts.map((text, i) => {
    const file = join(folder, `program-${i + 1}.ts`);
    writeFileSync(file, text);
    return file;
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const config = join(folder, 'tsconfig.json');
  const compilerOptions = { typeRoots: [join(ROOT, 'node_modules/@types')], rootDir: '/' };
  writeFileSync(
    config,
    JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: [], files }),
  );
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8' });
  return stdout + stderr;
}

describe('programs', () => {
  it('compile as they stand', () => {
    expect(programs.length).toBeGreaterThan(8);
    expect(compile(programs.map(({ text }) => text))).toBe('');
    expect(compile(["import { connectLnd } from 'ballast/lnd';\nconnectLnd({});\n"])).toMatch(
      /program-1\.ts.* error TS/,
    );
  });

  it.each(programs)('$name runs, and leaves nothing under way', async ({ text }) => {
    const world = await DocumentedWorld.open();
    onTestFinished(() => world.close());
    const file = world.write('program.ts', world.localised(text));
    world.write('package.json', '{"type":"module"}');
    const { exit, out, err } = await startProgram(file, { cwd: world.folder }).end;
    expect({ exit, err }, out).toEqual({ exit: 0, err: '' });
    expect(out).not.toBe('');
    expect(world.network.pendingHtlcs()).toEqual([]);
  });

  it('move what they say, for the fee that they say', async () => {
    const world = await DocumentedWorld.open();
    onTestFinished(() => world.close());
    const { text } = programs.find(({ name }) => name.startsWith('README.md'))!;
    const file = world.write('program.ts', world.localised(text));
    world.write('package.json', '{"type":"module"}');
    const before = [world.sideMsat(TO_ALICE), world.sideMsat(TO_BOB)] as const;
    const { out } = await startProgram(file, { cwd: world.folder }).end;
    expect(out).toContain('moved 500000000 msat for 102005 msat\n');
    expect(before[0] - world.sideMsat(TO_ALICE)).toBe(500_102_005n);
    expect(world.sideMsat(TO_BOB) - before[1]).toBe(500_000_000n);
  });
});
