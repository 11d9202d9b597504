/**
 * `npm run package:check`: publint and Are The Types Wrong read the tarball, and may find nothing. ES modules only: what
 * `require` and resolution as of Node 10 make of the package is not looked at.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packBallast, ROOT } from './pack.ts';

const ATTW = join(ROOT, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');

const folder = mkdtempSync(join(tmpdir(), 'ballast-check-'));
try {
  const { tarball, size, unpackedSize, files } = packBallast(folder);
  const found = [...(await ofPublint(tarball)), ...ofAttw(tarball)];
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  if (found.length === 0) {
    console.log(
      `package: ${files.length} files, ${megabytes(size)} packed, ${megabytes(unpackedSize)} unpacked; ` +
        'publint and attw find nothing',
    );
  } else {
    console.error(found.join('\n'));
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Suggestions count as faults. */
async function ofPublint(tarball: string): Promise<string[]> {
  const bytes = new Uint8Array(readFileSync(tarball));
  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer },
    strict: true,
    level: 'suggestion',
  });
  return messages.map((message) => `publint: ${formatMessage(message, pkg) ?? message.code}`);
}

function ofAttw(tarball: string): string[] {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [ATTW, tarball, '--profile', 'esm-only'],
    { encoding: 'utf8' },
  );
  return status === 0 ? [] : [`attw: ${stdout}${stderr}`];
}
