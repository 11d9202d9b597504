/** The options of `ballast demo`. */
import { type Command, Option } from 'commander';
import type { DemoOptions } from '../commands/demo.ts';
import { addExamples } from '../examples.ts';
import { count } from '../option-values.ts';
import type { Shell } from '../shell.ts';
import { NOTHING_LEFT, stoppable } from '../stoppable.ts';

/** No money is in it. */
const STOPPED = { ...NOTHING_LEFT, message: 'stopped; the network was a simulated one' };

export function addDemo(program: Command, { output, ended }: Shell): void {
  const demo = program
    .command('demo')
    .description('rebalance a node of a simulated network, over real gRPC on this machine')
    .addOption(
      new Option('--nodes <n>', 'size of the generated network')
        .argParser(count(20, 20_000))
        .default(300)
        .conflicts('graph'),
    )
    .option('--graph <file>', 'use this graph (lncli describegraph JSON, plain or gzip) instead')
    .option('--seed <n>', 'decides the network, its balances and the node', count(0, 2 ** 31), 1)
    .option('--json', 'print the result as JSON, progress on standard error')
    .action(async (options: DemoOptions) => {
      const { demoCommand } = await import('../commands/demo.ts');
      const work = () => demoCommand(options, output);
      ended(await stoppable(output, work, () => STOPPED));
    });
  addExamples(demo, [
    ['ballast demo', 'a network of 300 nodes'],
    ['ballast demo --nodes 1000 --seed 7', 'a larger one, with other balances'],
    ['ballast demo --graph graph.json.gz', 'a real graph, of lncli describegraph'],
  ]);
}
