/** The options of `ballast levers`. */
import { type Command, InvalidArgumentError } from 'commander';
import {
  type LeverAccess,
  type PriceOptions,
  type PullOptions,
  priceLevers,
  pullCommand,
  showLevers,
} from '../commands/levers.ts';
import type { ExitCode } from '../exit-codes.ts';
import { collect, count, positiveSats } from '../option-values.ts';
import type { Output } from '../output.ts';

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

export function addLevers(program: Command, output: Output, ended: (code: ExitCode) => void): void {
  const levers = program
    .command('levers')
    .description('what an LDK Server can do instead of rebalancing: change fees, splice');
  addLdkServerAccess(levers.command('show'))
    .description('its channels, with all their names')
    .option('--json', 'print them as JSON')
    .action(async (options: LeverAccess) => ended(await showLevers(options, output)));
  addLdkServerAccess(levers.command('price'))
    .description(
      'a circle beside a splice out and a splice in, and from which amount on these cost less',
    )
    .requiredOption('--from <channel or peer>', 'source; may be given more than once', collect)
    .requiredOption('--to <channel or peer>', 'target; likewise', collect)
    .requiredOption('--amount <sat>', 'amount to move', positiveSats)
    .requiredOption('--fee-rate <sat/vB>', 'what the chain asks now', satPerVbyte)
    .option('--json', 'print the figures as JSON')
    .action(async (options: PriceOptions) => ended(await priceLevers(options, output)));
  addPull(levers.command('fees'))
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
      ended(await pullCommand(options, { kind: 'fees', channel, ...change }, output));
    });
  addPull(levers.command('splice-out'))
    .description('move funds out of a channel onto the chain')
    .requiredOption('--amount <sat>', 'amount to move', positiveSats)
    .option('--address <address>', "where to (default: the node's own wallet)")
    .action(async (options: SpliceOptions) => {
      const { channel, amount: amountSat, address } = options;
      const to = address === undefined ? {} : { address };
      ended(await pullCommand(options, { kind: 'splice_out', channel, amountSat, ...to }, output));
    });
  addPull(levers.command('splice-in'))
    .description('move funds of the on-chain wallet into a channel')
    .requiredOption('--amount <sat>', 'amount to move', positiveSats)
    .action(async (options: SpliceOptions) => {
      const { channel, amount: amountSat } = options;
      ended(await pullCommand(options, { kind: 'splice_in', channel, amountSat }, output));
    });
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
