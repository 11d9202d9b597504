// What has a `#!` line may be run as it is: the compiler writes files that may only be read.
import { chmodSync } from 'node:fs';

for (const file of process.argv.slice(2)) chmodSync(file, 0o755);
