/** What a table of times is worth nothing without. */
import { cpus, loadavg } from 'node:os';
import type { BenchmarkNetwork } from '../network/benchmark-network.ts';

export function machineLines(network: BenchmarkNetwork): string[] {
  const processors = cpus();
  const policies = network.description.channels.reduce(
    (count, { policy1, policy2 }) =>
      count + (policy1 === null ? 0 : 1) + (policy2 === null ? 0 : 1),
    0,
  );
  const { nodes, channels } = network.description;
  return [
    `network: ${network.origin}`,
    `${nodes.length} nodes, ${channels.length} channels, ${policies} directed policies`,
    `Node ${process.version}, ${processors.length} x ${processors[0]?.model ?? 'unknown processor'}, ` +
      `load ${loadavg()
        .map((load) => load.toFixed(2))
        .join(' ')}`,
  ];
}
