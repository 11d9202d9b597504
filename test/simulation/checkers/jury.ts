/** All checkers together. */
import type { RebalanceReport } from '../../../src/executor/rebalance-report.ts';
import type { SendRequest } from '../../../src/ports.ts';
import type { ChannelId, PaymentHash } from '../../../src/units/ids.ts';
import type { Flown } from '../truth.ts';
import { cleanStop } from './clean-stop.ts';
import { conservation } from './conservation.ts';
import type { Checker, Evidence } from './evidence.ts';
import { neverOverBudget } from './never-over-budget.ts';
import { noDoubleSend } from './no-double-send.ts';
import { nothingForgotten } from './nothing-forgotten.ts';
import { probesMoveNothing } from './probes-move-nothing.ts';
import { rightChannel } from './right-channel.ts';
import { successesStay } from './successes-stay.ts';

export class Jury {
  readonly #evidence: Evidence;
  readonly #checkers: readonly Checker[];

  constructor(evidence: Evidence, channelIds: readonly ChannelId[]) {
    this.#evidence = evidence;
    this.#checkers = [
      noDoubleSend(evidence),
      nothingForgotten(evidence),
      neverOverBudget(evidence),
      rightChannel(evidence),
      cleanStop(evidence),
      probesMoveNothing(evidence),
      successesStay(evidence),
      conservation(evidence, channelIds),
    ];
  }

  asked(request: SendRequest): void {
    this.#readJournal();
    for (const checker of this.#checkers) checker.asked?.(request);
  }

  /** As it happens, with all that was durable before it. */
  flown(event: Flown): void {
    this.#readJournal();
    for (const checker of this.#checkers) checker.flown?.(event);
  }

  /** A record at the node is gone. */
  removed(paymentHash: PaymentHash): void {
    this.#readJournal();
    for (const checker of this.#checkers) checker.removed?.(paymentHash);
  }

  stepped(): void {
    this.#readJournal();
    for (const checker of this.#checkers) checker.stepped?.();
  }

  reported(report: RebalanceReport): void {
    this.#readJournal();
    for (const checker of this.#checkers) checker.reported?.(report);
  }

  ended(): void {
    this.#readJournal();
    for (const checker of this.#checkers) checker.ended?.();
  }

  #readJournal(): void {
    for (const record of this.#evidence.readJournal()) {
      for (const checker of this.#checkers) checker.written?.(record);
    }
  }
}
