/** The rune, from the command line or from a file: what stands on a command line is seen by every user of the machine. */
import { readFile } from 'node:fs/promises';
import { whyUnreadable } from '../../node/why-unreadable.ts';

/** Base64 of 32 bytes of authentication code, and of restrictions behind them. */
const RUNE = /^[A-Za-z0-9_-]{43,}={0,2}$/;

/** @throws Error that says why it is none, without showing what may be a secret. */
export async function readRune(given: string): Promise<string> {
  const text = given.trim();
  if (RUNE.test(text)) return text;
  const content = await readFile(given, 'utf8').catch((error: unknown) => {
    throw new Error(
      `this is no rune, and no file that can be read (${whyUnreadable(error).replace(/, open '.*/s, '')}); give the path of a file that holds what \`lightning-cli createrune\` shows as "rune"`,
      { cause: error },
    );
  });
  const rune = content.trim();
  if (RUNE.test(rune)) return rune;
  throw new Error(
    `${given} holds no rune; write into it what \`lightning-cli createrune\` shows as "rune", without quotes, and nothing else`,
  );
}
