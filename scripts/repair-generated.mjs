// ts-proto 2.18 lets a `repeated uint64` with jstype = JS_STRING be a string[], as it should, but
// checks its range as if it held bigints: that neither compiles nor runs. BigInt() accepts both.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'src/generated';
const wrong = /if \(BigInt\.as(Int|Uint)N\(64, v!?\) !== v!?\)/g;
const right = 'if (BigInt.as$1N(64, BigInt(v)) !== BigInt(v))';

let repaired = 0;
for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.ts')) continue;
  const path = join(folder, name);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(wrong, right);
  if (after === before) continue;
  writeFileSync(path, after);
  repaired += 1;
}

if (repaired === 0) {
  console.error(
    'Nothing to repair: ts-proto seems to be fixed. Delete scripts/repair-generated.mjs.',
  );
  process.exit(1);
}
