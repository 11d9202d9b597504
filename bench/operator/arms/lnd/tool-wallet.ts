/** Invoices as lnd makes them for a tool, and the books of what it paid. */

import type { Path } from '../../../../src/pathfinder/path.ts';
import type { InvoiceTerms } from '../../../../src/ports.ts';
import { bytesToHex } from '../../../../src/units/bytes.ts';
import { DEFAULT_INVOICE_CLTV_DELTA } from '../../../../src/units/cltv.ts';
import { parsePaymentHash } from '../../../../src/units/ids.ts';
import type { ArmFigures, ArmSetting } from '../../arm.ts';
import { feeOf, type LndOutcome, LndRoutes } from './lnd-routes.ts';

const SECRET_BYTES = 32;
const DAY_SECONDS = 86_400;
export class ToolWallet {
  readonly routes: LndRoutes;
  readonly #setting: ArmSetting;
  #settled = 0;
  #movedMsat = 0n;
  #feesMsat = 0n;

  constructor(setting: ArmSetting) {
    this.#setting = setting;
    this.routes = new LndRoutes(setting);
  }

  get figures(): ArmFigures {
    return {
      attempts: this.routes.attempts,
      settled: this.#settled,
      movedMsat: this.#movedMsat,
      feesMsat: this.#feesMsat,
    };
  }

  addInvoice(): Promise<InvoiceTerms> {
    return this.#setting.node.addInvoice({
      preimage: this.#setting.random.bytes(SECRET_BYTES),
      memo: 'rebalance',
      // Of any amount; the tools name it, which changes nothing here.
      valueMsat: 0n,
      cltvDelta: DEFAULT_INVOICE_CLTV_DELTA,
      expirySeconds: DAY_SECONDS,
    });
  }

  /** A hash that nobody has an invoice for. */
  probeHash(): InvoiceTerms {
    const { random } = this.#setting;
    return {
      paymentHash: parsePaymentHash(bytesToHex(random.bytes(SECRET_BYTES))),
      paymentAddr: random.bytes(SECRET_BYTES),
    };
  }

  async pay(path: Path, invoice: InvoiceTerms): Promise<LndOutcome> {
    const outcome = await this.routes.send(path, invoice);
    if (outcome.kind === 'settled') {
      this.#settled++;
      this.#movedMsat += path.hops.at(-1)!.amountOutMsat;
      this.#feesMsat += feeOf(path);
    }
    return outcome;
  }
}
