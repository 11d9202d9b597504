/** One start of the process that is under test: a Rebalancer with its own ways to lnd, the disk and the clock. */
import { Rebalancer, type RebalancerOptions } from '../../src/engine/index.ts';
import type { LightningNode, Log } from '../../src/ports.ts';
import type { SeededRandom } from '../../src/sim/random.ts';
import type { Evidence } from './checkers/evidence.ts';
import type { Jury } from './checkers/jury.ts';
import { inOneLine } from './event-log.ts';
import type { Mutation } from './planted/mutation.ts';
import { connectFaulty } from './ports/faulty-node.ts';
import { FaultyStore } from './ports/faulty-store.ts';
import type { JournalDisk } from './ports/journal-disk.ts';
import type { LndProcess } from './ports/lnd-process.ts';
import type { Machine } from './ports/machine.ts';
import { processClock, type WallTime } from './ports/process-clock.ts';
import { ProcessLife } from './ports/process-life.ts';
import type { Asked, Workload } from './workload.ts';
import type { World } from './world.ts';

export interface ProcessParts {
  readonly machine: Machine;
  readonly random: SeededRandom;
  readonly world: World;
  readonly workload: Workload;
  readonly lnd: LndProcess;
  readonly disk: JournalDisk;
  readonly time: WallTime;
  readonly evidence: Evidence;
  readonly jury: Jury;
  readonly mutation: Mutation;
}

export interface SimulatedProcess {
  readonly life: ProcessLife;
  readonly rebalancer: Rebalancer;
  readonly breakAll: (reason: string) => void;
  /** Runs without a result, with what was asked of them where it was this process that was asked. */
  readonly pending: Map<string, Asked | null>;
  /** Its journal cannot be written any more. */
  storeClosed: boolean;
  /** `undefined`: it was not asked to. */
  recovery: 'under way' | 'done' | undefined;
}

export function startProcess(
  parts: ProcessParts,
  start: { readonly number: number; readonly onStoreClosed: (life: ProcessLife) => void },
): SimulatedProcess {
  const { machine, lnd, disk, time, workload, mutation, world, jury } = parts;
  const life = new ProcessLife(start.number);
  machine.log.add(`process ${life.number} starts`);
  const { node, breakAll } = connectFaulty(machine, life, lnd);
  const store = new FaultyStore({ machine, life, disk, onClosed: () => start.onStoreClosed(life) });
  const entropy = machine.random.fork(`entropy of process ${life.number}`);
  const { budget, graceMs, graphMaxAgeMs, maxConcurrent, maxAttemptsPerMinute, cleanUp } = workload;
  const watched: LightningNode = {
    ...node,
    sendToRoute: (request) => {
      if (life.alive) jury.asked(request);
      return node.sendToRoute(request);
    },
  };
  const given: RebalancerOptions = {
    node: mutation.node?.(watched, world.network) ?? watched,
    store: mutation.store?.(store) ?? store,
    clock: processClock(machine.scheduler, time, life),
    entropy: { bytes: (length) => entropy.bytes(length) },
    log: logInto(machine, life),
    graceMs,
    graphMaxAgeMs,
    maxConcurrent,
    cleanUp,
    ...(budget === undefined ? {} : { budget }),
    ...(maxAttemptsPerMinute === undefined ? {} : { maxAttemptsPerMinute }),
  };
  const rebalancer = new Rebalancer(mutation.options?.(given) ?? given);
  const pending = new Map<string, Asked | null>();
  return { life, rebalancer, breakAll, pending, storeClosed: false, recovery: undefined };
}

function logInto(machine: Machine, life: ProcessLife): Log {
  const level = (name: string) => (message: string, fields?: unknown) => {
    if (life.alive) machine.log.add(`${name} ${message} ${inOneLine(fields ?? {})}`);
  };
  return { debug: level('debug'), info: level('info'), warn: level('warn') };
}
