/** A run from its first round to its last: told in log and figures, reloaded, and stopped in good order. */
import { existsSync } from 'node:fs';
import {
  type OperatorEvent,
  type OperatorRun,
  type OperatorSummary,
  PlanRequestError,
  systemClock,
} from '../../engine/index.ts';
import type { Config } from '../config/config.ts';
import { ConfigError, type LoadedConfig } from '../config/config-file.ts';
import { EXIT, type ExitCode, followUp } from '../exit-codes.ts';
import type { LineLog } from '../log/pino-log.ts';
import { type MetricsServer, serveMetrics } from '../metrics/metrics-server.ts';
import { RunMetrics } from '../metrics/run-metrics.ts';
import { systemOf } from '../node-access/chosen-access.ts';
import { SYSTEM_NAMES } from '../node-access/node-system.ts';
import type { Output } from '../output.ts';
import { plural, satFromMsat } from '../render/figures.ts';
import { planLines } from '../render/plan.ts';
import { type DaemonSignals, daemonSignals } from './daemon-signals.ts';
import { changedFixedParts } from './fixed-parts.ts';
import { logEvent } from './log-events.ts';
import type { StartedParts } from './start-up.ts';

export interface DaemonTerms {
  readonly config: Config;
  /** Reads the file anew. */
  readonly load: () => Promise<LoadedConfig>;
  /** One round, and no more. */
  readonly once: boolean;
  readonly parts: StartedParts;
  readonly log: LineLog;
  readonly output: Output;
}

/** What a run makes of an unset key; a reload must be able to go back to it. */
const RUN_DEFAULTS = { intervalMs: 600_000, maxMovesPerRound: 1000 };

export class Daemon {
  readonly #terms: DaemonTerms;
  readonly #metrics: RunMetrics;
  #config: Config;
  #run: OperatorRun | undefined;
  #unknownNames = new Set<string>();
  #lastFailure: string | undefined;
  /** The one that was asked for; it was not broken off. */
  #roundIsOver = false;
  readonly #stop = new AbortController();
  /** One after another. */
  #reloading: Promise<void> = Promise.resolve();

  constructor(terms: DaemonTerms) {
    this.#terms = terms;
    this.#config = terms.config;
    const { rebalancer } = terms.parts;
    this.#metrics = new RunMetrics({
      dryRun: terms.config.dryRun,
      status: () => rebalancer.status(),
      holding: () => this.#run?.justInTime?.holding ?? 0,
      now: () => systemClock.now(),
    });
  }

  /** @throws UsageError where the figures cannot be served, or the plan cannot be meant. */
  async run(): Promise<ExitCode> {
    const { metrics } = this.#config;
    const server = metrics === undefined ? undefined : await serveMetrics(metrics, this.#metrics);
    const signals = daemonSignals({
      stopping: () => this.#sayStopping(),
      insisted: () => this.#leave(),
      reload: () => {
        this.#reloading = this.#reloading.then(() => this.#reload());
      },
    });
    try {
      return await this.#operate(signals, server);
    } finally {
      signals.release();
      await server?.close();
    }
  }

  async #operate(signals: DaemonSignals, server: MetricsServer | undefined): Promise<ExitCode> {
    const { parts, output } = this.#terms;
    const { plan, run, dryRun, justInTime } = this.#config;
    this.#sayStart(server);
    this.#run = parts.rebalancer.run({
      ...run,
      plan,
      dryRun,
      justInTime,
      signal: AbortSignal.any([signals.stop, this.#stop.signal]),
    });
    for await (const event of this.#run) this.#tell(event);
    const summary = await this.#run.ended;
    output.answer(summary);
    await output.tell(sentenceOf(summary));
    return this.#exitOf(summary);
  }

  /** What cannot be told must not end what follows payments. */
  #tell(event: OperatorEvent): void {
    const { log } = this.#terms;
    try {
      this.#metrics.see(event);
      logEvent(event, log);
    } catch (error) {
      log.warn('an event could not be told', { kind: event.kind, reason: String(error) });
    }
    this.#see(event);
  }

  #see(event: OperatorEvent): void {
    const { once } = this.#terms;
    if (event.kind === 'planned') {
      this.#lastFailure = undefined;
      // Somebody wants to know what it would do, and why no more.
      if (once && this.#config.dryRun) this.#terms.output.print(...planLines(event.plan));
      this.#warnOfNames(event.plan.unknownNames);
    }
    if (event.kind === 'round_failed') this.#lastFailure = event.message;
    if (once && (event.kind === 'waiting' || event.kind === 'round_failed')) {
      this.#roundIsOver = true;
      this.#stop.abort();
    }
  }

  /** Once for each: a channel that was closed, perhaps, or a slip of the pen. */
  #warnOfNames(names: readonly string[]): void {
    for (const name of names) {
      if (this.#unknownNames.has(name)) continue;
      this.#unknownNames.add(name);
      this.#terms.log.warn('the configuration names a channel or peer that we do not have', {
        name,
      });
    }
  }

  // ---- words

  #sayStart(server: MetricsServer | undefined): void {
    const { output, parts } = this.#terms;
    const { info, channels, journal } = parts;
    const { node, budget, dryRun, plan, run, justInTime } = this.#config;
    const alias = info.alias === '' ? '' : `${info.alias} `;
    const everyMs = run.intervalMs ?? RUN_DEFAULTS.intervalMs;
    output.progress(
      `Running node ${alias}(${info.nodeId.slice(0, 16)}…), ${SYSTEM_NAMES[systemOf(node)]} ${info.version}, ${plural(channels.length, 'channel')}`,
    );
    output.progress(
      `Plans: ${plan.strategy ?? 'economic'}, ${everyMs / 1000} s after each round; fees: at most ${satFromMsat(budget.perDay?.allMsat ?? 0n)} sat a day (UTC)`,
    );
    output.progress(`Journal: ${journal}${existsSync(journal) ? '' : ' (not there yet)'}`);
    if (justInTime !== false && !dryRun) {
      output.progress('Forwards that a channel cannot carry may wait for a rebalance');
    }
    if (server !== undefined) output.progress(`Metrics: ${server.url}/metrics`);
    if (dryRun) output.progress('This is a dry run: nothing is sent, and nothing of it is kept');
    const { underWay } = parts.rebalancer.status();
    if (underWay.length > 0) {
      output.progress(`Left under way by an earlier process, and followed: ${underWay.join(', ')}`);
    }
  }

  #sayStopping(): void {
    const { output, log, parts } = this.#terms;
    const { underWay } = parts.rebalancer.status();
    log.info('stopping', { underWay });
    void output.tell(
      underWay.length === 0
        ? 'Stopping'
        : `Stopping: ${plural(underWay.length, 'payment')} under way, followed for a while; a second signal leaves at once`,
    );
  }

  /** Whoever insists is told what is left to itself. */
  #leave(): void {
    const { output, log, parts } = this.#terms;
    const { underWay } = parts.rebalancer.status();
    const [first] = underWay;
    const message =
      first === undefined
        ? 'stopped at once; no payment is under way'
        : `stopped at once while ${plural(underWay.length, 'payment')} ${underWay.length === 1 ? 'is' : 'are'} under way (${underWay.join(', ')}); ` +
          `the next run follows them; until then: ${followUp(first, systemOf(this.#config.node))}`;
    log.warn('stopped at once', { underWay });
    output.fail({ code: first === undefined ? 'aborted' : 'in_flight', message });
    process.exit(first === undefined ? EXIT.notSettled : EXIT.inFlight);
  }

  // ---- reload

  async #reload(): Promise<void> {
    const { log, load } = this.#terms;
    log.reopen();
    try {
      const { config, warnings } = await load();
      this.#adopt(config);
      for (const warning of warnings) log.warn(warning);
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems : [String(error)];
      log.warn('the configuration was not changed, for the new one is not sound', { problems });
    }
  }

  #adopt(config: Config): void {
    const { log, parts } = this.#terms;
    try {
      this.#run?.adjust({ ...RUN_DEFAULTS, ...config.run, plan: config.plan });
    } catch (error) {
      if (!(error instanceof PlanRequestError)) throw error;
      throw new ConfigError([`[plan]: ${error.message}`]);
    }
    parts.rebalancer.setBudget(config.budget);
    log.setLevel(config.log.level);
    const needRestart = changedFixedParts(this.#config, config);
    // What takes a restart stays as it is, so that the next reload compares with what is in force.
    const { plan, budget, run } = config;
    const { intervalMs, maxMovesPerRound, ...fixed } = this.#config.run;
    this.#config = {
      ...this.#config,
      plan,
      budget,
      run: {
        ...fixed,
        ...(run.intervalMs === undefined ? {} : { intervalMs: run.intervalMs }),
        ...(run.maxMovesPerRound === undefined ? {} : { maxMovesPerRound: run.maxMovesPerRound }),
      },
      log: { ...this.#config.log, level: config.log.level },
    };
    this.#unknownNames = new Set();
    log.info('the configuration was read anew', {});
    if (needRestart.length > 0) {
      log.warn('some of what has changed takes a restart, and stays as it was', { needRestart });
    }
    this.#run?.planSoon('the configuration has changed');
  }

  // ---- the end

  #exitOf({ endedBy, inFlightMoves }: OperatorSummary): ExitCode {
    const { output, once, parts } = this.#terms;
    const { underWay } = parts.rebalancer.status();
    if (inFlightMoves > 0 || underWay.length > 0) return EXIT.inFlight;
    if (endedBy === 'node_closed') return EXIT.node;
    if (once && !this.#roundIsOver) return EXIT.notSettled;
    if (!once || this.#lastFailure === undefined) return EXIT.success;
    output.fail({ code: 'round_failed', message: this.#lastFailure });
    return EXIT.node;
  }
}

function sentenceOf(summary: OperatorSummary): string {
  const { rounds, failedRounds, moves, settledMoves, inFlightMoves, movedMsat } = summary;
  const failed = failedRounds === 0 ? '' : ` (${failedRounds} more failed)`;
  const left = inFlightMoves === 0 ? '' : `; ${plural(inFlightMoves, 'payment')} still under way`;
  return `Stopped after ${plural(rounds, 'round')}${failed}: ${settledMoves} of ${plural(moves, 'move')} settled, ${satFromMsat(movedMsat)} sat moved for ${satFromMsat(summary.feePaidMsat)} sat${left}`;
}
