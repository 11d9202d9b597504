/** A process with a store, to be killed, starved or refused: `node store-child.ts WHAT PATH [FIRST]`. Prints one line a thing. */
import { writeSync } from 'node:fs';
import { openJournalCopy } from '../../src/store/journal-copy.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { belief, rowsOnly } from './belief-rows.ts';
import { end, intent } from './journal-records.ts';

const [what, path = '', first = '0'] = process.argv.slice(2);
const refused = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/** Waits where the reader is behind. */
function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`);
      return;
    } catch (error) {
      if (refused(error) !== 'EAGAIN') throw error;
    }
  }
}

/** Batch n: its own rebalance, of as many intents as the number of its last digit and one more. */
const batch = (n: number) =>
  Array.from({ length: (n % 10) + 1 }, (_, i) => intent(`batch ${n}`, i + 1));

/** Commits batch after batch, four at a time, and names each that is acknowledged. */
async function writeOn(): Promise<never> {
  const store = await openSqliteStore(path);
  say('open');
  let n = Number(first);
  const line = async (): Promise<never> => {
    for (;;) {
      const mine = n++;
      await Promise.all([
        store.commit(batch(mine)),
        store.keepBeliefs(rowsOnly(belief(0, mine + 1))),
      ]);
      say(String(mine));
    }
  };
  await Promise.all([line(), line(), line(), line()]);
  throw new Error('unreachable');
}

/** Commits until that fails, then tells what the store still does. */
async function writeUntilRefused(): Promise<void> {
  const store = await openSqliteStore(path);
  let kept = 0;
  for (;;) {
    const failure = await store.commit([intent(`batch ${kept}`)]).then(() => undefined, refused);
    if (failure !== undefined) {
      say(failure);
      break;
    }
    kept++;
  }
  say(String(kept));
  say(await store.records().then((records) => String(records.length), refused));
  say(await store.commit([end('a')]).then(() => 'kept', refused));
  await store.close();
}

switch (what) {
  case 'write on':
    await writeOn();
    break;
  case 'write until refused':
    await writeUntilRefused();
    break;
  case 'open':
    say(await openSqliteStore(path).then(() => 'open', refused));
    // Until it is killed, where it was told to hold the file.
    if (first === 'hold') setInterval(() => undefined, 60_000);
    break;
  case 'copy':
    await openJournalCopy(path);
    say('open');
    setInterval(() => undefined, 60_000);
    break;
  default:
    throw new Error(`no such thing to do: ${what}`);
}
