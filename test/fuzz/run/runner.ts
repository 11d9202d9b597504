/**
 * The process that runs cases, one after another. It is ended from outside when a case takes too long, and by the
 * system when one takes too much memory; the case is then known from its progress file, whose path is the argument.
 */
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { CaseInputs } from '../input/case-input.ts';
import { minimal } from '../input/minimal.ts';
import type { FuzzTarget, Outcome } from '../target.ts';
import { type Described, described, isRefusal } from './judge.ts';
import { collectGarbage, memoryInUse, mostGrowth } from './memory.ts';
import type { Finding, FindingKind, FromRunner, Tally, ToRunner } from './messages.ts';
import { ProgressFile } from './progress-file.ts';

const MOST_TRIES = 600;
/** Of one signature, and of all: a door that is broken is found broken by every second case. */
const MOST_ALIKE = 1;
const MOST_FINDINGS = 20;
/** A batch of cases may leave so much behind: code that is loaded on first use, caches. */
const MOST_KEPT = 64 * 1024 * 1024;

interface Loaded {
  readonly target: FuzzTarget;
  readonly inputs: CaseInputs;
}

const progress = new ProgressFile(process.argv[2]!);
const loaded = new Map<string, Loaded>();
const told = new Map<string, number>();
let running: { index: number; input: Uint8Array } = { index: 0, input: new Uint8Array() };
let [accepted, runs] = [0, 0];

process.on('message', (order: ToRunner) => void serve(order));
process.on('disconnect', () => process.exit());
process.on('uncaughtException', (error) => void fatal(error));
process.on('unhandledRejection', (error) => void fatal(error));

function say(message: FromRunner): Promise<void> {
  return new Promise((resolve) => {
    process.send!(message, () => resolve());
  });
}

/** Whoever threw it, nobody can go on behind it. */
async function fatal(error: unknown): Promise<void> {
  const { what, signature } = described(error);
  await tell('error', { what: `nobody caught ${what}`, signature }, running);
  process.exit(1);
}

async function serve(order: ToRunner): Promise<void> {
  const known = await load(order.module);
  switch (order.kind) {
    case 'cases':
      await say({ kind: 'done', tally: await runCases(known, order) });
      return;
    case 'input':
      running = { index: 0, input: Uint8Array.from(Buffer.from(order.hex, 'hex')) };
      await attempt(known.target, running.input);
      await say({ kind: 'survived' });
  }
}

async function load(module: string): Promise<Loaded> {
  let known = loaded.get(module);
  if (known === undefined) {
    const { target } = (await import(pathToFileURL(module).href)) as { target: FuzzTarget };
    await target.prepare?.();
    known = { target, inputs: new CaseInputs(target) };
    loaded.set(module, known);
  }
  return known;
}

async function runCases(
  known: Loaded,
  { seed, from, count, mostMs }: Extract<ToRunner, { kind: 'cases' }>,
): Promise<Tally> {
  const { target, inputs } = known;
  collectGarbage();
  const keptBytes = memoryInUse();
  const startedMs = performance.now();
  let [cases, longestMs, growthBytes] = [0, 0, 0];
  accepted = 0;
  for (let index = from; index < from + count; index++) {
    if (mostMs !== null && performance.now() - startedMs > mostMs) break;
    running = { index, input: new Uint8Array() };
    const input = inputs.of({ seed, index });
    running = { index, input };
    const before = memoryInUse();
    const beganMs = performance.now();
    const made = attempt(target, input);
    const end = made instanceof Promise ? await made : made;
    longestMs = Math.max(longestMs, performance.now() - beganMs);
    const grown = memoryInUse() - before;
    growthBytes = Math.max(growthBytes, grown);
    cases++;
    if (end.kind === 'ended' && end.outcome === 'accepted') accepted++;
    if (end.kind === 'wrong') await tellSmallest(target, end.error);
    else if (grown > mostGrowth(target, input.length)) await lookAtMemory(target);
  }
  await lookAtWhatIsKept(keptBytes);
  return { cases, accepted, longestMs, growthBytes };
}

type End =
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  | { readonly kind: 'wrong'; readonly error: Described };

/** Waits only for what is waited for, which makes most doors several times faster. */
function attempt(target: FuzzTarget, input: Uint8Array): End | Promise<End> {
  runs = (runs + 1) % 2 ** 32;
  progress.write({ index: running.index, accepted, runs });
  try {
    const outcome = target.run(input);
    if (typeof outcome === 'string') return { kind: 'ended', outcome };
    return outcome
      .then(
        (ended): End => ({ kind: 'ended', outcome: ended }),
        (error: unknown) => endOf(target, error),
      )
      .finally(() => setImmediate());
  } catch (error) {
    return endOf(target, error);
  }
}

const endOf = (target: FuzzTarget, error: unknown): End =>
  isRefusal(error, target)
    ? { kind: 'ended', outcome: 'refused' }
    : { kind: 'wrong', error: described(error) };

async function tellSmallest(target: FuzzTarget, error: Described): Promise<void> {
  const { index, input } = running;
  if (!isNews(error.signature)) return;
  const same = async (smaller: Uint8Array): Promise<boolean> => {
    const end = await attempt(target, smaller);
    return end.kind === 'wrong' && end.error.signature === error.signature;
  };
  const smallest = await minimal(input, { same, mostTries: MOST_TRIES });
  await tell('error', error, { index, input: smallest });
}

/** It may have been the garbage of cases before; the same input on a clean heap tells. */
async function lookAtMemory(target: FuzzTarget): Promise<void> {
  const { index, input } = running;
  const growthOf = async (tried: Uint8Array): Promise<number> => {
    collectGarbage();
    const before = memoryInUse();
    await attempt(target, tried);
    return memoryInUse() - before;
  };
  const grown = Math.max(await growthOf(input), await growthOf(input));
  const most = mostGrowth(target, input.length);
  if (grown <= most || !isNews('memory')) return;
  const same = async (smaller: Uint8Array): Promise<boolean> =>
    (await growthOf(smaller)) > mostGrowth(target, smaller.length);
  const smallest = await minimal(input, { same, mostTries: 40 });
  const what = `${input.length} bytes took ${grown} bytes of memory; at most ${most} are allowed`;
  await tell('memory', { what, signature: 'memory' }, { index, input: smallest });
}

async function lookAtWhatIsKept(keptBefore: number): Promise<void> {
  collectGarbage();
  const more = memoryInUse() - keptBefore;
  if (more <= MOST_KEPT || !isNews('kept')) return;
  const what = `${more} bytes more than before these cases are in use after them`;
  await tell('memory', { what, signature: 'kept' }, running);
}

function isNews(signature: string): boolean {
  const times = told.get(signature) ?? 0;
  if (times >= MOST_ALIKE || told.size >= MOST_FINDINGS) return false;
  told.set(signature, times + 1);
  return true;
}

async function tell(
  kind: FindingKind,
  { what, signature }: Described,
  { index, input }: { readonly index: number; readonly input: Uint8Array },
): Promise<void> {
  const finding: Finding = {
    kind,
    what,
    signature,
    index,
    hex: Buffer.from(input).toString('hex'),
  };
  await say({ kind: 'finding', finding });
}
