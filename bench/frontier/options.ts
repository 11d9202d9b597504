/** What a run is asked on the command line. */
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { ARM_KINDS } from './arms/index.ts';
import { TRUTH_NAMES, type TruthName } from './world/truths.ts';

export type NetworkName = 'real' | 'generated';
const NETWORK_NAMES: readonly NetworkName[] = ['real', 'generated'];

export interface FrontierOptions {
  readonly networks: readonly NetworkName[];
  readonly truths: readonly TruthName[];
  readonly arms: readonly string[];
  /** Own nodes on each network. */
  readonly nodes: number;
  /** Tasks of a node for each amount and fee limit. */
  readonly pairs: number;
  readonly seed: string;
  /** Other nodes and other lots than any report has. */
  readonly tuning: boolean;
  readonly threads: number;
  /** Of the bootstrap. */
  readonly samples: number;
  readonly svg: string;
  readonly json: string | undefined;
}

const FULL = { nodes: 50, pairs: 20, samples: 2000 };
/** Under ten minutes on two cores. */
const QUICK = { nodes: 4, pairs: 2, samples: 1000 };

/** @throws Error for options that are unknown, or that would mix tuning with reporting. */
export function readOptions(args: readonly string[]): FrontierOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      tune: { type: 'boolean', default: false },
      network: { type: 'string', multiple: true, default: [...NETWORK_NAMES] },
      truth: { type: 'string', multiple: true, default: [...TRUTH_NAMES] },
      arm: { type: 'string', multiple: true, default: ARM_KINDS.map(({ name }) => name) },
      nodes: { type: 'string' },
      pairs: { type: 'string' },
      samples: { type: 'string' },
      threads: { type: 'string', default: String(availableParallelism()) },
      seed: { type: 'string', default: '1' },
      svg: { type: 'string', default: 'frontier.svg' },
      json: { type: 'string' },
    },
  });
  const size = values.quick ? QUICK : FULL;
  const { json, tune } = values;
  if (tune && json !== undefined && !basename(json).includes('tune')) {
    throw new Error(
      `a run with --tune is no report: give --json a file whose name has \`tune\` in it, not ${json}`,
    );
  }
  return {
    networks: known('--network', values.network, NETWORK_NAMES),
    truths: known('--truth', values.truth, TRUTH_NAMES),
    arms: known(
      '--arm',
      values.arm,
      ARM_KINDS.map(({ name }) => name),
    ),
    nodes: whole('--nodes', values.nodes, size.nodes),
    pairs: whole('--pairs', values.pairs, size.pairs),
    samples: whole('--samples', values.samples, size.samples),
    threads: whole('--threads', values.threads, 1),
    // Seeds for tuning never meet those for reporting, whatever is asked for.
    seed: `${tune ? 'tuning' : 'reporting'} ${values.seed}`,
    tuning: tune,
    svg: values.svg,
    json,
  };
}

function known<Name extends string>(
  option: string,
  asked: readonly string[],
  names: readonly Name[],
): readonly Name[] {
  for (const name of asked) {
    if (!names.includes(name as Name)) {
      throw new RangeError(`${option} is one of ${names.join(', ')}, not ${name}`);
    }
  }
  return names.filter((name) => asked.includes(name));
}

function whole(option: string, asked: string | undefined, fallback: number): number {
  if (asked === undefined) return fallback;
  const value = Number(asked);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${option} must be a whole number above 0, not ${asked}`);
}
