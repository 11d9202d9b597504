/**
 * From a route that was found to one that may be sent: the invoice, the message, its check, the journal. The preimage
 * is in the journal before the invoice exists, the route before it is sent.
 */

import type { Route } from '../generated/messages/route.ts';
import { ownLiquidity } from '../graph/overlay.ts';
import { buildRoute } from '../pathfinder/build-route.ts';
import { checkRoute } from '../pathfinder/check-route.ts';
import type { PathHop } from '../pathfinder/path.ts';
import type { JournalRecord } from '../ports.ts';
import { feePpm } from '../units/amounts.ts';
import { hexToBytes } from '../units/bytes.ts';
import type { ChannelId } from '../units/ids.ts';
import { cancelInvoice, end, endStopped } from './closing.ts';
import { hopReports, listedId } from './hop-reports.ts';
import { feeLeft } from './payments-made.ts';
import type {
  Candidate,
  LiveAttempt,
  OpenInvoice,
  RebalanceInput,
  RebalanceState,
  Run,
  Secret,
  Step,
} from './rebalance-state.ts';
import type { RebalanceTerms } from './rebalance-terms.ts';

/** Goes on with the open invoice, or makes one first. */
export function prepareAttempt(run: Run, candidate: Candidate, nowMs: number): Step {
  if (run.invoice !== null) return writeIntent(run, run.invoice, candidate, nowMs);
  return {
    state: { phase: 'drawing_secret', run, candidate },
    commands: [{ kind: 'draw_secret' }],
  };
}

type Drawing = Extract<RebalanceState, { phase: 'drawing_secret' }>;

export function secretDrawn(state: Drawing, secret: Secret, nowMs: number): Step {
  const { run, candidate } = state;
  if (run.stop !== null) return endStopped(run, run.stop, nowMs);
  const { rebalanceId, self, amountMsat, outChannels, inChannels } = run.terms;
  const base = { rebalanceId, atMs: nowMs };
  const start: JournalRecord = {
    ...base,
    kind: 'start',
    self,
    amountMsat,
    outChannels,
    inChannels,
  };
  const invoice: JournalRecord = { ...base, kind: 'invoice', ...secret };
  return {
    state: { phase: 'journaling_invoice', run, candidate, secret },
    commands: [{ kind: 'commit', batch: run.journaled ? [invoice] : [start, invoice] }],
  };
}

type WithSecret = Extract<RebalanceState, { phase: 'journaling_invoice' | 'adding_invoice' }>;

export function invoiceJournaled(state: WithSecret, nowMs: number): Step {
  const run: Run = { ...state.run, journaled: true };
  if (run.stop !== null) return endStopped(run, run.stop, nowMs);
  const { terms } = run;
  const { candidate, secret } = state;
  if (terms.probe) return writeProbe(run, state, nowMs);
  return {
    state: { phase: 'adding_invoice', run, candidate, secret },
    commands: [
      {
        kind: 'add_invoice',
        paymentHash: secret.paymentHash,
        hold: terms.arrival === 'strict',
        request: {
          preimage: secret.preimage,
          memo: `rebalance ${terms.rebalanceId}`,
          // No value: the same invoice serves whatever amount the rebalance shrinks to.
          valueMsat: 0n,
          cltvDelta: terms.invoiceCltvDelta,
          expirySeconds: terms.invoiceExpirySeconds,
        },
      },
    ],
  };
}

/** Without an invoice our node refuses whatever arrives; the address is read by nobody. */
function writeProbe(run: Run, { candidate, secret }: WithSecret, nowMs: number): Step {
  const { paymentHash, preimage } = secret;
  const paymentAddr = hexToBytes(paymentHash);
  const invoice: OpenInvoice = { paymentHash, preimage, paymentAddr, lastAttemptId: null };
  return writeIntent({ ...run, invoice }, invoice, candidate, nowMs);
}

type Added = Extract<RebalanceInput, { kind: 'invoice_added' }>;

export function invoiceAdded(state: WithSecret, input: Added, nowMs: number): Step {
  const { paymentHash, paymentAddr } = input;
  if (paymentHash !== state.secret.paymentHash) {
    const message = `the node made an invoice for hash ${paymentHash} instead of ${state.secret.paymentHash}`;
    return cancelInvoice(state.run, paymentHash, { kind: 'node_error', message });
  }
  const { preimage } = state.secret;
  const invoice: OpenInvoice = { paymentHash, preimage, paymentAddr, lastAttemptId: null };
  const run: Run = { ...state.run, invoice };
  if (run.stop !== null) return endStopped(run, run.stop, nowMs);
  return writeIntent(run, invoice, state.candidate, nowMs);
}

type Failed = Extract<RebalanceInput, { kind: 'invoice_failed' }>;

/** Unless it was denied, the invoice may exist all the same, so it is cancelled by its hash. */
export function invoiceFailed(
  { run, secret }: WithSecret,
  { reason, denied }: Failed,
  nowMs: number,
): Step {
  const message = `the node did not make the invoice: ${reason}`;
  if (denied === true) return end(run, { kind: 'node_error', message }, nowMs);
  return cancelInvoice(run, secret.paymentHash, { kind: 'node_error', message });
}

/** What was to be written first could not be, so what was to follow must not happen. */
export function preparationNotJournaled(run: Run, reason: string, nowMs: number): Step {
  const message = `the journal could not be written: ${reason}`;
  return end(run, { kind: 'store_error', message }, nowMs);
}

function writeIntent(run: Run, invoice: OpenInvoice, candidate: Candidate, nowMs: number): Step {
  const built = soundRoute(run, invoice, candidate);
  if (built.kind === 'unsound') {
    return end(run, { kind: 'internal_error', message: built.message }, nowMs);
  }
  const { route } = built;
  const live = liveAttempt(run, { invoice, candidate, route }, nowMs);
  const { amountMsat, feeMsat } = live.report;
  const { attempt, paymentHash } = live;
  const intent: JournalRecord = {
    kind: 'intent',
    rebalanceId: run.terms.rebalanceId,
    atMs: nowMs,
    attempt,
    paymentHash,
    route,
    blockHeight: candidate.blockHeight,
    amountMsat,
    feeMsat,
    outChannelId: live.report.hops[0]!.channelId,
    inChannelId: live.report.hops.at(-1)!.channelId,
  };
  return {
    state: { phase: 'journaling_intent', run, live },
    commands: [{ kind: 'commit', batch: [intent] }],
  };
}

function liveAttempt(
  run: Run,
  parts: { invoice: OpenInvoice; candidate: Candidate; route: Route },
  nowMs: number,
): LiveAttempt {
  const { invoice, candidate, route } = parts;
  const { amountMsat } = candidate.quote;
  const feeMsat = route.totalAmtMsat - amountMsat;
  const attempt = run.attempts.length + 1;
  const { paymentHash } = invoice;
  return {
    attempt,
    paymentHash,
    ground: { path: candidate.path, snapshot: candidate.snapshot },
    route,
    invoice: 'open',
    cancelTries: 0,
    hold: run.terms.arrival === 'strict' ? { kind: 'waiting' } : null,
    watchTries: 0,
    report: {
      attempt,
      paymentHash,
      hops: hopReports(candidate),
      amountMsat,
      feeMsat,
      feePpm: feePpm({ feeMsat, amountMsat }),
      cltvBlocks: route.totalTimeLock - candidate.blockHeight,
      startedAtMs: nowMs,
      durationMs: 0,
      outcome: { kind: 'in_flight' },
    },
  };
}

type Built =
  | { readonly kind: 'sound'; readonly route: Route }
  | { readonly kind: 'unsound'; readonly message: string };

/**
 * The route message, if the independent check finds nothing against it. A defect is a fault of Ballast, and the node
 * that would send the route checks nothing.
 */
function soundRoute(run: Run, invoice: OpenInvoice, candidate: Candidate): Built {
  const { terms, learnt } = run;
  const { amountMsat, feeMsat } = candidate.quote;
  const { paymentAddr } = invoice;
  const { blockHeight, ownChannels } = candidate;
  const route = builtRoute(terms, paymentAddr, candidate);
  if (typeof route === 'string')
    return { kind: 'unsound', message: `no route was built: ${route}` };
  const defects = checkRoute(route, candidate.snapshot, {
    self: terms.self,
    amountMsat,
    paymentAddr,
    blockHeight,
    invoiceCltvDelta: terms.invoiceCltvDelta,
    maxFeeMsat: feeLeft(run, amountMsat),
    maxCltvBlocks: terms.maxCltvBlocks,
    overlay: { ownChannels: ownChannels.map(ownLiquidity), policies: learnt.policies },
  });
  const faults = defects.map((defect) => `${defect.code} at hop ${defect.hop}: ${defect.detail}`);
  const [first, last] = [candidate.path.hops[0], candidate.path.hops.at(-1)];
  const isAmong = (asked: readonly ChannelId[], hop: PathHop | undefined): boolean =>
    hop !== undefined && asked.includes(listedId(ownChannels, hop.channelId));
  if (!isAmong(terms.outChannels, first)) {
    faults.push('it leaves over a channel that was not asked for');
  }
  if (!isAmong(terms.inChannels, last)) {
    faults.push('it returns over a channel that was not asked for');
  }
  if (!isAsked(run, amountMsat)) {
    faults.push(`it moves ${amountMsat} msat, which was not asked for`);
  }
  if (route.totalAmtMsat - amountMsat !== feeMsat) {
    faults.push(`it costs ${route.totalAmtMsat - amountMsat} msat, and ${feeMsat} are set aside`);
  }
  if (faults.length === 0) return { kind: 'sound', route };
  const message = `the route that was found fails its check and was not sent; please report this: ${faults.join('; ')}`;
  return { kind: 'unsound', message };
}

/** Probes are of one amount; payments may be of less, down to the request's least amount. */
const isAsked = ({ amountMsat: most, terms }: Run, amountMsat: bigint): boolean =>
  amountMsat === most || (!terms.probe && amountMsat < most && amountMsat >= terms.minAmountMsat);

/** The message, or why the path does not make one. */
function builtRoute(
  terms: RebalanceTerms,
  paymentAddr: Uint8Array,
  { path, blockHeight, ownChannels }: Candidate,
): Route | string {
  const lastId = path.hops.at(-1)?.channelId;
  const returning = ownChannels.find((channel) => channel.graphChannelId === lastId);
  const { finalCltvDelta } = terms;
  try {
    return buildRoute(path, {
      paymentAddr,
      blockHeight,
      finalCltvDelta,
      ...(returning === undefined ? {} : { inboundChannelId: returning.inboundChannelId }),
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
