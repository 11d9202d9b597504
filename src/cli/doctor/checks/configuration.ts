/** The configuration of `ballast run`, read as it reads it. */
import { ConfigError } from '../../config/config-file.ts';
import { EXIT } from '../../exit-codes.ts';
import { type Check, failed, failedBy, ok, skipped, warning } from '../check.ts';

export const configuration: Check = {
  id: 'configuration',
  needs: [],
  look: async (setUp) => {
    const { config: file } = setUp.options;
    if (file === undefined) {
      return skipped('none is named; `ballast run` needs one (--config), `ballast init` writes it');
    }
    try {
      const warnings = (await setUp.loaded())?.warnings ?? [];
      return warnings.length === 0
        ? ok(`${file} is sound`)
        : warning(`${file} is sound, but: ${warnings.join('; ')}`);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const fix = 'examples/ballast.toml of the package explains every key';
      return error.missing
        ? failedBy(error.message, EXIT.usage)
        : failed(error.message, { exit: EXIT.usage, fix });
    }
  },
};
