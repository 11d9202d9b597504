#!/usr/bin/env node
/** The `ballast` command. Nothing else is loaded before Node is known to be new enough for it. */
import { oldNodeRefusal } from './node-version.ts';

const refusal = oldNodeRefusal(process.versions.node);
if (refusal === undefined) {
  const { start } = await import('./start.ts');
  await start();
} else {
  process.stderr.write(`ballast: ${refusal}\n`);
  process.exitCode = 1;
}
