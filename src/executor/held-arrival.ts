/**
 * What arrives at a hold invoice is settled only if it is what was asked for: on a channel of the request, with the
 * whole amount, and with time left. The last peer may choose among its channels with us, whatever the route says.
 */
import type { InvoiceArrival, InvoiceRecord, SettleInvoiceOutcome } from '../ports.ts';
import { pauseMs } from './pauses.ts';
import type {
  LiveAttempt,
  RebalanceCommand,
  RebalanceState,
  Run,
  Step,
} from './rebalance-state.ts';
import { hasLeftBy, isAsAsked } from './right-channel.ts';
import { takeBack } from './taking-back.ts';

type UnderWay = Extract<RebalanceState, { phase: 'sending' | 'tracking' }>;

export function invoiceSeen(state: UnderWay, invoice: InvoiceRecord): Step {
  const { run, live } = state;
  const waiting = live.hold?.kind === 'waiting' && live.invoice === 'open';
  if (!waiting || invoice.state !== 'accepted') return { state, commands: [] };
  const arrivals = invoice.arrivals.filter((arrival) => arrival.state === 'accepted');
  const reason = whyNot(run, live, arrivals);
  if (reason === null) {
    const settling: LiveAttempt = { ...live, hold: { kind: 'settling', tries: 0 } };
    return { state: { ...state, live: settling }, commands: [settle(run, live, 0)] };
  }
  const asked = takeBack({ ...live, hold: { kind: 'rejecting', arrivals, reason } });
  return { state: { ...state, live: asked.live }, commands: [asked.command] };
}

/** Why the arrival is not what was asked for; `null` where it is. */
function whyNot(run: Run, live: LiveAttempt, arrivals: readonly InvoiceArrival[]): string | null {
  const { amountMsat } = live.report;
  const stray = arrivals.find(({ channelId }) => !isAsAsked(channelId, run.terms, live.report));
  if (stray !== undefined) {
    return `it arrived over channel ${stray.channelId}, ${hasLeftBy(stray.channelId, live.report) ? 'by which it had left' : 'which was not asked for'}`;
  }
  const arrivedMsat = arrivals.reduce((sum, arrival) => sum + arrival.amountMsat, 0n);
  if (arrivedMsat < amountMsat) return `${arrivedMsat} msat arrived instead of ${amountMsat}`;
  const expiry = live.route.hops.at(-1)!.expiry;
  if (arrivals.some(({ expiryHeight }) => expiryHeight < expiry)) {
    return `it expires before block ${expiry}, which the route asks for`;
  }
  return null;
}

function settle(run: Run, { paymentHash }: LiveAttempt, delayMs: number): RebalanceCommand {
  const { invoice } = run;
  if (invoice === null) throw new Error('an arrival at an invoice that is not open');
  return { kind: 'settle_invoice', paymentHash, preimage: invoice.preimage, delayMs };
}

/** Settled, or gone: the payment itself says which. Where the node did not tell, it is asked again. */
export function invoiceSettled(state: UnderWay, outcome: SettleInvoiceOutcome): Step {
  const { run, live } = state;
  const { hold } = live;
  // Taken back meanwhile: what the node has done by then stands.
  if (hold?.kind !== 'settling' || live.invoice !== 'open' || outcome.kind !== 'unknown') {
    return { state, commands: [] };
  }
  const again: LiveAttempt = { ...live, hold: { kind: 'settling', tries: hold.tries + 1 } };
  const command = settle(run, live, pauseMs(hold.tries));
  return { state: { ...state, live: again }, commands: [command] };
}

/** Without word of the arrival nothing is settled, so the node is asked until the attempt ends. */
export function watchLost(state: UnderWay): Step {
  const { live } = state;
  if (live.hold?.kind !== 'waiting') return { state, commands: [] };
  const { paymentHash, watchTries } = live;
  return {
    state: { ...state, live: { ...live, watchTries: watchTries + 1 } },
    commands: [{ kind: 'watch_invoice', paymentHash, delayMs: pauseMs(watchTries) }],
  };
}
