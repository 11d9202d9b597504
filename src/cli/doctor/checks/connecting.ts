/**
 * The steps of one connection, as checks: it is made once, and how far it came decides which of them has failed. Each
 * needs the one before it.
 */
import type { NodeErrorCode } from '../../../node/node-error.ts';
import { EXIT } from '../../exit-codes.ts';
import { type Check, type Finding, failedBy } from '../check.ts';
import type { SetUp } from '../set-up.ts';

export interface Step {
  readonly id: string;
  readonly after: string;
  /** What the connection ends with where it fails at this step; `rest` stands for all that no step names. */
  readonly fails: readonly NodeErrorCode[] | 'rest';
  readonly passed: (setUp: SetUp) => Promise<Finding>;
}

const NAMED: ReadonlySet<NodeErrorCode> = new Set<NodeErrorCode>([
  'unreachable',
  'wrong_address',
  'wrong_certificate',
  'wrong_macaroon',
  'wrong_api_key',
  'clock_skew',
  'permission_denied',
  'too_old',
]);

/** One that is refused further on was good so far. */
export const stepOfConnecting = ({ id, after, fails, passed }: Step): Check => ({
  id,
  needs: [after],
  look: async (setUp) => {
    const connection = await setUp.connection();
    if (connection.kind === 'refused') {
      const { code, message } = connection.error;
      const here = fails === 'rest' ? !NAMED.has(code) : fails.includes(code);
      if (here) return failedBy(message, EXIT.node);
    }
    return passed(setUp);
  },
});
