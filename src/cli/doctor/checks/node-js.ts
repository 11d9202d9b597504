/** The Node.js that runs us: one that is too old never gets this far. */

import { EXIT } from '../../exit-codes.ts';
import { oldNodeRefusal } from '../../node-version.ts';
import { type Check, failed, ok } from '../check.ts';

export const nodeJs: Check = {
  id: 'node_js',
  needs: [],
  look: async () => {
    const { node } = process.versions;
    const refusal = oldNodeRefusal(node);
    return refusal === undefined
      ? ok(`Node.js ${node}, and 22.13 or later is needed`)
      : failed(refusal, { exit: EXIT.internal });
  },
};
