/** Whether the journal is closed to other users: while a payment is under way, its preimage is in there. */
import { stat } from 'node:fs/promises';
import { othersMay } from '../../others-access.ts';
import { type Check, ok, skipped, warning } from '../check.ts';

export const storeMode: Check = {
  id: 'store_mode',
  needs: ['store'],
  look: async (setUp) => {
    const path = await setUp.journal();
    const mode = await stat(path).then(
      (found) => found.mode,
      () => undefined,
    );
    if (mode === undefined) return skipped('there is no journal yet; it is made with mode 600');
    const shown = (mode & 0o777).toString(8).padStart(3, '0');
    return (await othersMay(path))
      ? warning(
          `mode ${shown}: other users of this machine can read preimages of payments under way`,
          `chmod 600 ${path}`,
        )
      : ok(`mode ${shown}: closed to other users`);
  },
};
