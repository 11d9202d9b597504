// Every entry point loads, and has something to give.
import { createRequire } from 'node:module';

const { exports: entries } = createRequire(import.meta.url)('ballast/package.json');
for (const entry of Object.keys(entries).filter((name) => !name.endsWith('.json'))) {
  const name = entry.replace('.', 'ballast');
  const given = Object.keys(await import(name));
  if (given.length === 0) throw new Error(`${name} exports nothing`);
  console.log(`${name}: ${given.length} names`);
}
