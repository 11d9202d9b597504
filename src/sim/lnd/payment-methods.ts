/** ListPayments and DeletePayment. */
import type { LightningServer, LightningService } from '../../generated/services/lightning.ts';
import type { ListPaymentsRequest } from '../../generated/services/payments.ts';
import type { SimulatedPayment } from '../records.ts';
import { writePayment } from './payment-messages.ts';
import { readHash } from './request-fields.ts';
import { notSimulated, plainError } from './rpc-error.ts';
import type { Methods } from './rpc-methods.ts';
import { granted, type ServedNode } from './served-node.ts';

type PaymentMethods = Pick<
  Methods<typeof LightningService, LightningServer>,
  'listPayments' | 'deletePayment'
>;

const DEFAULT_PAYMENTS = 100n;
const NS_PER_SECOND = 1_000_000_000n;

export function paymentMethods(served: ServedNode): PaymentMethods {
  return {
    listPayments: (request) => {
      const { creationDateStart: start, creationDateEnd: end } = request;
      if (start !== 0n && end !== 0n && start >= end) {
        throw plainError(`start date(${start}) must be before end date(${end})`);
      }
      const all = allPayments(served);
      const page = pageOf(all.filter(paymentFilter(request)), request);
      return {
        payments: page.map((payment) => {
          const message = writePayment(payment);
          if (request.omitHops) for (const { route } of message.htlcs) if (route) route.hops = [];
          return message;
        }),
        firstIndexOffset: page.at(0)?.paymentIndex ?? 0n,
        lastIndexOffset: page.at(-1)?.paymentIndex ?? 0n,
        totalNumPayments: request.countTotalPayments ? BigInt(all.length) : 0n,
      };
    },
    deletePayment: (request) => {
      const paymentHash = readHash(request.paymentHash);
      if (request.failedHtlcsOnly) {
        throw notSimulated('failed_htlcs_only', 'delete the whole payment, or leave it');
      }
      granted(served.node.deletePayment(paymentHash));
      return { status: 'payment deleted' };
    },
  };
}

/** Every payment that the node remembers, by index. */
export const allPayments = (served: ServedNode): readonly SimulatedPayment[] =>
  served.node.listPayments({ includeIncomplete: true, maxPayments: Number.MAX_SAFE_INTEGER });

function paymentFilter(request: ListPaymentsRequest): (payment: SimulatedPayment) => boolean {
  const { creationDateStart: start, creationDateEnd: end } = request;
  return (payment) => {
    const created = payment.creationTimeNs / NS_PER_SECOND;
    const complete = request.includeIncomplete || payment.state === 'settled';
    return complete && created >= start && (end === 0n || created <= end);
  };
}

/** In ascending order of index, whichever end the page was taken from. */
function pageOf(
  payments: readonly SimulatedPayment[],
  request: ListPaymentsRequest,
): readonly SimulatedPayment[] {
  const { indexOffset, reversed } = request;
  const most = Number(request.maxPayments === 0n ? DEFAULT_PAYMENTS : request.maxPayments);
  if (!reversed) {
    return payments.filter(({ paymentIndex }) => paymentIndex > indexOffset).slice(0, most);
  }
  return payments
    .filter(({ paymentIndex }) => indexOffset === 0n || paymentIndex < indexOffset)
    .slice(-most);
}
