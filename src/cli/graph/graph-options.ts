/** The options of `ballast graph`. */
import type { Command } from 'commander';
import type { GraphOptions } from '../commands/graph.ts';
import { addExamples } from '../examples.ts';
import type { Shell } from '../shell.ts';
import { stoppable } from '../stoppable.ts';

export function addGraph(program: Command, { output, ended }: Shell): void {
  const graph = program
    .command('graph')
    .description('statistics of a graph file (lncli describegraph JSON, plain or gzip)')
    .argument('<file>')
    .option('--node <key or alias>', 'look at one node as well')
    .option('--json', 'print the figures as JSON')
    .action(async (file: string, options: GraphOptions) => {
      const { graphCommand } = await import('../commands/graph.ts');
      ended(await stoppable(output, () => graphCommand(file, options, output)));
    });
  addExamples(graph, [
    ['ballast graph graph.json.gz', 'of the whole network'],
    ['ballast graph graph.json --node ACINQ --json', 'and of one node, for a script'],
  ]);
}
