/** Whether money is under way, so that the command can say so however it ends. */
import type { RebalanceEvent } from '../../engine/index.ts';
import type { PaymentHash } from '../../units/ids.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

export class PaymentWatch {
  #underWay: PaymentHash | undefined;
  #reported: ExitCode | undefined;

  /** The payment that was sent and whose end is not known. */
  get underWay(): PaymentHash | undefined {
    return this.#underWay;
  }

  /** What the command has to end with if it ends now. */
  get exit(): ExitCode {
    return this.#reported ?? (this.#underWay === undefined ? EXIT.notSettled : EXIT.inFlight);
  }

  see(event: RebalanceEvent): void {
    switch (event.kind) {
      case 'attempt_started':
        this.#underWay = event.paymentHash;
        return;
      case 'attempt_failed':
      case 'attempt_not_sent':
      case 'arrival_rejected':
      case 'probe_carried':
      case 'settled':
        this.#underWay = undefined;
        return;
      case 'waiting':
      case 'route_found':
      case 'repriced':
      case 'amount_shrunk':
      case 'tracking_unknown':
      case 'stopping':
      case 'finished':
        return;
    }
  }

  /** The report is out; from now on the exit code is settled. */
  reported(exit: ExitCode): void {
    this.#reported = exit;
  }

  get isReported(): boolean {
    return this.#reported !== undefined;
  }
}
