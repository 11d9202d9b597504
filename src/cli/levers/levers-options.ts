/** The options of `ballast levers`. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Lever } from '../../node/ldk-server/index.ts';
import type { LeverAccess, PriceOptions, PullOptions } from '../commands/levers.ts';
import { addExamples } from '../examples.ts';
import { EXIT } from '../exit-codes.ts';
import { collect, count, positiveSats } from '../option-values.ts';
import type { Shell } from '../shell.ts';
import { type Left, NOTHING_LEFT, stoppable } from '../stoppable.ts';

const MAX_UINT32 = 2 ** 32 - 1;
const MOST_SAT_PER_VBYTE = 100_000;

interface FeeOptions extends PullOptions {
  readonly baseMsat?: number;
  readonly ratePpm?: number;
  readonly timeLock?: number;
}

interface SpliceOptions extends PullOptions {
  readonly amount: bigint;
  readonly address?: string;
}

const LDK = '--ldk-server 127.0.0.1:3536 --tls tls.crt --api-key api_key';

const load = () => import('../commands/levers.ts');

export function addLevers(program: Command, shell: Shell): void {
  const { output, ended } = shell;
  const levers = program
    .command('levers')
    .description('what an LDK Server can do instead of rebalancing: change fees, splice');
  const show = addLdkServerAccess(levers.command('show'))
    .description('its channels, with all their names')
    .option('--json', 'print them as JSON')
    .action(async (options: LeverAccess) => {
      const { showLevers } = await load();
      ended(await stoppable(output, () => showLevers(options, output)));
    });
  addExamples(show, [
    [`ballast levers show ${LDK}`, 'by which names the other commands know them'],
    [`ballast levers show ${LDK} --json`, 'for a script'],
  ]);
  const price = addLdkServerAccess(levers.command('price'))
    .description(
      'a circle beside a splice out and a splice in, and from which amount on these cost less',
    )
    .requiredOption('--from <channel or peer>', 'source; may be given more than once', collect)
    .requiredOption('--to <channel or peer>', 'target; likewise', collect)
    .requiredOption('--amount <sat>', 'amount to move', positiveSats)
    .requiredOption('--fee-rate <sat/vB>', 'what the chain asks now', satPerVbyte)
    .option('--json', 'print the figures as JSON')
    .action(async (options: PriceOptions) => {
      const { priceLevers } = await load();
      ended(await stoppable(output, () => priceLevers(options, output)));
    });
  const ends = '--from 812345x678x1 --to 812346x12x0 --amount 5,000,000';
  addExamples(price, [
    [`ballast levers price ${LDK} ${ends} --fee-rate 12`, 'at 12 sat/vB'],
    [`ballast levers price ${LDK} ${ends} --fee-rate 1.5 --json`, 'in a quiet week, for a script'],
  ]);
  addFees(levers, shell);
  addSplices(levers, shell);
}

function addFees(levers: Command, shell: Shell): void {
  const fees = addPull(levers.command('fees'))
    .description('change what a channel charges; what is not given stays')
    .option('--base-msat <n>', 'base fee', count(0, MAX_UINT32))
    .option('--rate-ppm <n>', 'fee rate', count(0, MAX_UINT32))
    .option('--time-lock <blocks>', 'at least 48', count(0, 65_535))
    .action(async (options: FeeOptions) => {
      const { channel, baseMsat, ratePpm, timeLock } = options;
      const change = {
        ...(baseMsat !== undefined && { feeBaseMsat: BigInt(baseMsat) }),
        ...(ratePpm !== undefined && { feeRatePpm: ratePpm }),
        ...(timeLock !== undefined && { timeLockDelta: timeLock }),
      };
      await pull(options, { kind: 'fees', channel, ...change }, shell);
    });
  addExamples(fees, [
    [`ballast levers fees ${LDK} --channel 812345x678x1 --rate-ppm 250`, 'what would be done'],
    [
      `ballast levers fees ${LDK} --channel 812345x678x1 --rate-ppm 250 --base-msat 0 --execute`,
      'do it',
    ],
  ]);
}

function addSplices(levers: Command, shell: Shell): void {
  const out = addPull(levers.command('splice-out'))
    .description('move funds out of a channel onto the chain')
    .requiredOption('--amount <sat>', 'amount to move', positiveSats)
    .option('--address <address>', "where to (default: the node's own wallet)")
    .action(async (options: SpliceOptions) => {
      const { channel, amount: amountSat, address } = options;
      const to = address === undefined ? {} : { address };
      await pull(options, { kind: 'splice_out', channel, amountSat, ...to }, shell);
    });
  addExamples(out, [
    [
      `ballast levers splice-out ${LDK} --channel 812345x678x1 --amount 1,000,000`,
      'what would be done',
    ],
    [
      `ballast levers splice-out ${LDK} --channel 812345x678x1 --amount 1,000,000 --execute`,
      'do it, into the own wallet',
    ],
  ]);
  const into = addPull(levers.command('splice-in'))
    .description('move funds of the on-chain wallet into a channel')
    .requiredOption('--amount <sat>', 'amount to move', positiveSats)
    .action(async (options: SpliceOptions) => {
      const { channel, amount: amountSat } = options;
      await pull(options, { kind: 'splice_in', channel, amountSat }, shell);
    });
  addExamples(into, [
    [
      `ballast levers splice-in ${LDK} --channel 812345x678x1 --amount 1,000,000`,
      'what would be done',
    ],
    [
      `ballast levers splice-in ${LDK} --channel 812345x678x1 --amount 1,000,000 --execute --json`,
      'do it, with the outcome for a script',
    ],
  ]);
}

/** Once it may have been asked for, a splice or a change of fees may happen whether we are there or not. */
const ASKED: Left = {
  exit: EXIT.inFlight,
  code: 'in_flight',
  message:
    'stopped while the change may be under way: see with `ballast levers show` whether it was made before you ask for it again',
};

async function pull(options: PullOptions, lever: Lever, { output, ended }: Shell): Promise<void> {
  const { pullCommand } = await load();
  const left = options.execute === true ? ASKED : NOTHING_LEFT;
  ended(
    await stoppable(
      output,
      () => pullCommand(options, lever, output),
      () => left,
    ),
  );
}

function addPull(command: Command): Command {
  return addLdkServerAccess(command)
    .requiredOption('--channel <id>', 'short channel id, or user channel id')
    .option('--execute', 'do it; without this, only what would be done is told')
    .option('--json', 'print the outcome as JSON');
}

function addLdkServerAccess(command: Command): Command {
  return command
    .requiredOption('--ldk-server <host:port>', "LDK Server's gRPC address, usually port 3536")
    .requiredOption('--tls <file>', "LDK Server's tls.crt")
    .requiredOption('--api-key <file>', "LDK Server's api_key");
}

function satPerVbyte(text: string): number {
  const value = Number(text);
  if (/^[0-9]+(\.[0-9]+)?$/.test(text) && value > 0 && value <= MOST_SAT_PER_VBYTE) return value;
  throw new InvalidArgumentError('It must be a number of sat/vB above 0, such as 12 or 1.5.');
}
