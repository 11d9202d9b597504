/** What `ballast doctor` looks at, one thing at a time, and what it finds. */
import type { ExitCode } from '../exit-codes.ts';
import type { SetUp } from './set-up.ts';

export type Finding =
  | { readonly status: 'ok'; readonly says: string }
  /** It works, but not all of it, or not for long. */
  | { readonly status: 'warning'; readonly says: string; readonly fix?: string }
  /** `exit` is what a command would end with that came upon it. */
  | {
      readonly status: 'failed';
      readonly says: string;
      readonly fix?: string;
      readonly exit: ExitCode;
    }
  /** It cannot be told, or does not matter here; `says` has the reason. */
  | {
      readonly status: 'skipped';
      readonly says: string;
      /** What needs this check makes no sense without it. */
      readonly blocks?: true;
    };

export interface Check {
  /** For scripts; it stays as it is. */
  readonly id: string;
  /** Checks without which this one makes no sense: it is skipped where one of them has failed, or could not be made. */
  readonly needs: readonly string[];
  /** Longest wait, ms. @defaultValue 30,000: several answers of a busy node */
  readonly deadlineMs?: number;
  /** Where it rejects, that is its finding: of the node with `NodeError`, of ours with any other. */
  readonly look: (setUp: SetUp) => Promise<Finding>;
}

export const ok = (says: string): Finding => ({ status: 'ok', says });

export const skipped = (says: string): Finding => ({ status: 'skipped', says });

export const blocked = (says: string): Finding => ({ status: 'skipped', says, blocks: true });

export const warning = (says: string, fix?: string): Finding => ({
  status: 'warning',
  says,
  ...(fix !== undefined && { fix }),
});

export const failed = (
  says: string,
  { exit, fix }: { readonly exit: ExitCode; readonly fix?: string },
): Finding => ({ status: 'failed', says, exit, ...(fix !== undefined && { fix }) });

/**
 * The same from the message of an error, which says what is wrong and, behind its last semicolon, what to do; those in
 * parentheses are of somebody else's words.
 */
export function failedBy(message: string, exit: ExitCode): Finding {
  for (let at = message.lastIndexOf('; '); at > 0; at = message.lastIndexOf('; ', at - 1)) {
    const [says, fix] = [message.slice(0, at), message.slice(at + 2)];
    if (countOf(says, '(') === countOf(says, ')')) return failed(says, { exit, fix });
  }
  return failed(message, { exit });
}

const countOf = (text: string, character: string): number => text.split(character).length - 1;
