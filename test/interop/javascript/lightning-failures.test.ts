/** How the package `lightning` reads lnd's failures, and how Ballast does: every code, at every place of a route. */
import { payViaRoutes } from 'lightning';
import { describe, expect, it } from 'vitest';
import { interpretFailure } from '../../../src/executor/interpret-failure.ts';
import type { FailureCodeName, Verdict } from '../../../src/executor/verdict.ts';
import {
  ChannelUpdate,
  Failure,
  Failure_FailureCode,
} from '../../../src/generated/messages/failure.ts';
import type { Route } from '../../../src/generated/messages/route.ts';
import { HTLCAttempt, HTLCAttempt_HTLCStatus } from '../../../src/generated/services/payments.ts';
import { buildRoute } from '../../../src/pathfinder/build-route.ts';
import { type PathChannel, pricePath } from '../../../src/pathfinder/price-path.ts';
import { formatChannelId, parseChannelId, parsePaymentHash } from '../../../src/units/ids.ts';
import { nodeIdOf, policyOf } from '../../graph/make-graph.ts';
import { Tally } from '../tally.ts';
import { bolt07Route } from './bolt07-route.ts';
import { connectBoth, type TwoClients } from './two-clients.ts';

const HASH = parsePaymentHash('e1'.repeat(32));
const SELF = nodeIdOf(1);
const terms = { blockHeight: 900_000, finalCltvDelta: 43 };
const amountMsat = 1_000_000n;

/** A circle of four channels. */
const CIRCLE: readonly PathChannel[] = [1, 2, 3, 4].map((i) => ({
  channelId: parseChannelId(`800000x${i}x0`),
  from: nodeIdOf(i),
  to: i === 4 ? SELF : nodeIdOf(i + 1),
  capacitySat: 1_000_000n,
  policy: policyOf({ feeBaseMsat: 1000n, feeRatePpm: 10 * i, timeLockDelta: 40 + i }),
  inboundFee: { inboundFeeBaseMsat: 0n, inboundFeeRatePpm: 0 },
}));

/** What `lightning` calls a code where that is not lnd's own name. */
const OTHER_WORDS: ReadonlyMap<FailureCodeName, string> = new Map([
  ['INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS', 'UnknownPaymentHash'],
  // These it does not know.
  ['RESERVED', 'UnexpectedPayViaRoutesFailure'],
  ['INVALID_ONION_BLINDING', 'UnexpectedPayViaRoutesFailure'],
  ['INTERNAL_FAILURE', 'UnexpectedPayViaRoutesFailure'],
]);

const wordOf = (code: FailureCodeName): string =>
  OTHER_WORDS.get(code) ??
  code
    .toLowerCase()
    .replace(/(^|_)([a-z])/g, (_match, _gap, letter: string) => letter.toUpperCase());

interface LightningReading {
  readonly status: number;
  readonly message: string;
  readonly details: {
    readonly index?: number;
    readonly channel?: string;
    readonly policy?: Readonly<Record<string, unknown>> | null;
  };
}

async function lightningReads({ lightning }: TwoClients, paymentAddr: Uint8Array) {
  const route = bolt07Route(CIRCLE, { amountMsat, ...terms, paymentAddr });
  const routes = [route] as unknown as Parameters<typeof payViaRoutes>[0]['routes'];
  const thrown: unknown = await payViaRoutes({ lnd: lightning, id: HASH, routes }).catch((e) => e);
  const [, , { failures }] = thrown as [number, string, { failures: unknown[][] }];
  const [status, message, details] = failures[0]!;
  return { status, message, details } as LightningReading;
}

async function ballastReads({ ballast }: TwoClients, route: Route): Promise<Verdict> {
  const outcome = await ballast.sendToRoute({ paymentHash: HASH, route });
  if (outcome.kind !== 'failed') throw new Error(`the failure was read as ${outcome.kind}`);
  return interpretFailure(route, outcome.failure, SELF);
}

/** What the failing node says of the channel that it was to forward over. */
function updateOf(route: Route, index: number): ChannelUpdate {
  const [from, to] = [route.hops[index - 1]!.pubKey, route.hops[index]!.pubKey];
  return ChannelUpdate.fromPartial({
    chanId: route.hops[index]!.chanId,
    signature: new Uint8Array(64),
    chainHash: new Uint8Array(32),
    timestamp: 1_700_000_000,
    channelFlags: from < to ? 0 : 1,
    messageFlags: 1,
    timeLockDelta: 77,
    baseFee: 4321,
    feeRate: 765,
    htlcMinimumMsat: 5n,
    htlcMaximumMsat: 900_000_000n,
  });
}

/** Codes whose index means nothing; Ballast names no source then, `lightning` passes the index on. */
const NO_SOURCE: ReadonlySet<FailureCodeName> = new Set(['UNREADABLE_FAILURE', 'INTERNAL_FAILURE']);
/** Of the payee alone: whatever `lightning` calls a 404. */
const OF_THE_PAYEE: ReadonlySet<string> = new Set([
  'UnknownPaymentHash',
  'IncorrectPaymentAmount',
  'FinalExpiryTooSoon',
  'FinalIncorrectCltvExpiry',
  'FinalIncorrectHtlcAmount',
]);

function compare(theirs: LightningReading, ours: Verdict, route: Route, index: number): void {
  expect(theirs.message).toBe(wordOf(ours.code));
  expect(theirs.status === 404).toBe(OF_THE_PAYEE.has(theirs.message));
  expect(theirs.details.index).toBe(index);
  expect(ours.sourceIndex).toBe(NO_SOURCE.has(ours.code) ? null : index);
  const onward = route.hops[index];
  const { channel } = theirs.details;
  const told = index > 0 && onward !== undefined && ours.sourceIndex !== null;
  expect(ours.update.kind).toBe(told ? 'usable' : 'none');
  if (onward !== undefined) expect(channel).toBe(formatChannelId(parseChannelId(onward.chanId)));
  // `lightning` names the channel onwards and leaves it there; where Ballast blames one direction, it is that one.
  if (ours.blame.kind === 'channel') expect(formatChannelId(ours.blame.at.channelId)).toBe(channel);
  if (ours.update.kind === 'usable') {
    const { policy, channelId } = ours.update.update;
    expect(formatChannelId(channelId)).toBe(channel);
    expect(theirs.details.policy).toMatchObject({
      base_fee_mtokens: String(policy.feeBaseMsat),
      fee_rate: policy.feeRatePpm,
      cltv_delta: policy.timeLockDelta,
      min_htlc_mtokens: String(policy.minHtlcMsat),
      max_htlc_mtokens: String(policy.maxHtlcMsat),
    });
  }
}

describe('failures as the package lightning reads them', () => {
  const paymentAddr = new Uint8Array(32).fill(3);
  const path = pricePath(CIRCLE, { amountMsat, ...terms });
  const codes = Object.keys(Failure_FailureCode).filter((name) => name !== 'UNRECOGNIZED');

  it('have the same code, place, channel and policy for Ballast', async (context) => {
    const tally = new Tally('failures read by lightning');
    const clients = await connectBoth(HTLCAttempt.fromPartial({}));
    for (const name of codes as FailureCodeName[]) {
      for (let index = 0; index <= CIRCLE.length; index++) {
        const route = buildRoute(path, { paymentAddr, ...terms });
        const forwards = index > 0 && index < CIRCLE.length;
        const failure = Failure.fromPartial({
          code: Failure_FailureCode[name],
          failureSourceIndex: index,
          ...(forwards ? { channelUpdate: updateOf(route, index) } : {}),
        });
        clients.answerWith(
          HTLCAttempt.fromPartial({ status: HTLCAttempt_HTLCStatus.FAILED, failure }),
        );
        const theirs = await lightningReads(clients, paymentAddr);
        compare(theirs, await ballastReads(clients, route), route, index);
        tally.compared++;
      }
    }
    tally.report(context);
    expect(tally.compared).toBe(codes.length * (CIRCLE.length + 1));
  });
});
