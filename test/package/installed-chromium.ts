/** Where Debian's Chromium is, which `.ci/run` installs where it may; playwright-core brings none along. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** `undefined` where there is none. */
export const installedChromium: string | undefined = [
  ...(process.env['PATH'] ?? '').split(delimiter),
  '/usr/bin',
]
  .map((folder) => join(folder, 'chromium'))
  .find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
