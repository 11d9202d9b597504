/** The labels by which lightningd knows invoices, and the payment secrets and payment requests that go with them. */
import type { PaymentHash } from '../../units/ids.ts';

export interface LabelledInvoice {
  readonly label: string;
  readonly paymentHash: PaymentHash;
  readonly bolt11: string;
  readonly createdIndex: bigint;
}

export class InvoiceLabels {
  readonly #byLabel = new Map<string, LabelledInvoice>();
  #created = 0n;

  add(invoice: Omit<LabelledInvoice, 'createdIndex'>): LabelledInvoice {
    const labelled = { ...invoice, createdIndex: ++this.#created };
    this.#byLabel.set(invoice.label, labelled);
    return labelled;
  }

  get(label: string): LabelledInvoice | undefined {
    return this.#byLabel.get(label);
  }

  delete(label: string): void {
    this.#byLabel.delete(label);
  }

  all(): readonly LabelledInvoice[] {
    return [...this.#byLabel.values()];
  }
}
