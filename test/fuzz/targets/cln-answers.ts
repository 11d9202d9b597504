/** Answers of lightningd to every command, read by every method of the node. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ClnCalls } from '../../../src/node/cln/cln-calls.ts';
import { nodeOver } from '../../../src/node/cln/connect-cln.ts';
import { requireReady } from '../../../src/node/cln/readiness.ts';
import { routeLabel } from '../../../src/node/cln/route-label.ts';
import { errorEnd, isObject } from '../../../src/node/cln/transport/answer.ts';
import type { CallEnd, CarriedCall, Carrier } from '../../../src/node/cln/transport/carrier.ts';
import { type Json, parseExactly } from '../../../src/node/cln/transport/exact-json.ts';
import { NodeError } from '../../../src/node/node-error.ts';
import type { LightningNode, MissionControlPair } from '../../../src/ports.ts';
import { isNodeId, type PaymentHash, tryParseChannelId } from '../../../src/units/ids.ts';
import { clnExamples } from '../cln-examples.ts';
import { jsonInput, like, NODES, prefixed, textOf } from '../input/like-example.ts';
import { assertSoundDescription } from '../sound-graph.ts';
import type { FuzzTarget } from '../target.ts';
import { CIRCLE } from './failure-bytes.ts';

const HASH = 'c7'.repeat(32) as PaymentHash;
const examples = await clnExamples();
const label = routeLabel(CIRCLE);
const RECORDS = new Map([[65_537n, Uint8Array.of(1, 2, 3)]]);
const TELLING_CIRCLE = {
  ...CIRCLE,
  hops: CIRCLE.hops.map((hop) => ({ ...hop, customRecords: RECORDS })),
};

/** Waits for nothing: what a command would wait for has happened, or never does. */
class ScriptedCarrier implements Carrier {
  calls = 0;
  readonly #answers: { readonly [method: string]: Json };

  constructor(answers: { readonly [method: string]: Json }) {
    this.#answers = answers;
  }

  async request({ method, lane }: CarriedCall): Promise<CallEnd> {
    this.calls++;
    // A lightningd that never comes to an end of its answers is a lost connection at some time.
    const lost = this.calls > MOST_CALLS;
    const error = new NodeError('unreachable', 'lost');
    if (lost || (lane === 'wait' && this.calls > 5)) return { kind: 'lost', error };
    const answer = Object.hasOwn(this.#answers, method) ? this.#answers[method] : undefined;
    if (isObject(answer) && Object.hasOwn(answer, 'error'))
      return errorEnd(answer['error'] ?? null);
    return { kind: 'result', result: answer ?? {} };
  }

  close(): void {}
}

const MOST_CALLS = 200;

const isTyped = (error: unknown): void => {
  if (!(error instanceof NodeError)) throw error;
};

async function all<T>(stream: AsyncIterable<T>, most = 300): Promise<T[]> {
  const found: T[] = [];
  try {
    for await (const one of stream) if (found.push(one) >= most) break;
  } catch (error) {
    isTyped(error);
  }
  return found;
}

const never = new AbortController().signal;
const PAIR: MissionControlPair = {
  from: NODES[0] as never,
  to: NODES[2] as never,
  successAmtMsat: 1_000n,
  successAtMs: 5,
  failAmtMsat: 9_000n,
  failAtMs: 6,
};

/** Each with whether it was taken. */
const USES: readonly ((node: LightningNode, calls: ClnCalls) => Promise<boolean>)[] = [
  async (_node, calls) => isNodeId((await requireReady(calls, { requireSynced: true })).nodeId),
  async (node) => {
    const graph = await node.describeGraph();
    assertSoundDescription(graph);
    return graph.channels.length > 0;
  },
  async (node) => {
    const channels = await node.ownChannels();
    for (const { channelId, peer, spendableMsat, receivableMsat, ...rest } of channels) {
      assert.equal(tryParseChannelId(channelId), channelId);
      assert.ok(isNodeId(peer) && spendableMsat >= 0n && receivableMsat >= 0n);
      assert.ok(rest.localBalanceSat >= 0n && rest.remoteBalanceSat >= 0n);
    }
    return channels.length > 0;
  },
  async (node) => (await node.closingChannels()).every(({ limboSat }) => limboSat >= 0n),
  async (node) => (await node.lookupInvoice(HASH)) !== undefined,
  async (node) => (await node.cancelInvoice(HASH)).kind !== 'unknown',
  async (node) => (await all(node.watchInvoice(HASH, { signal: never }))).length > 0,
  async (node) => {
    const outcome = await node.sendToRoute({ paymentHash: HASH, route: CIRCLE });
    return outcome.kind === 'failed' || outcome.kind === 'settled';
  },
  async (node) => (await all(node.trackPayment(HASH, { signal: never }))).length > 0,
  async (node) => {
    const payments = await node.unfinishedPayments({ sinceMs: 0 });
    for (const { attempts } of payments) assert.ok(attempts.length > 0);
    return payments.length > 0;
  },
  async (node) => {
    await node.deleteFailedPayment(HASH);
    await node.deleteCanceledInvoice(HASH);
    return true;
  },
  async (node) => {
    const { forwards } = await node.forwardingHistory({ sinceMs: 0 });
    for (const { settledAtMs, inChannelId } of forwards) {
      assert.ok(Number.isFinite(settledAtMs));
      new Date(settledAtMs).toISOString();
      assert.equal(tryParseChannelId(inChannelId), inChannelId);
    }
    return forwards.length > 0;
  },
  async (node) => {
    const news = await all(node.htlcEvents!({ signal: never }));
    for (const one of news) if ('atMs' in one) new Date(one.atMs).toISOString();
    return news.length > 1;
  },
  async (node) => {
    const pairs = await node.missionControl();
    for (const { from, to } of pairs) assert.ok(isNodeId(from) && isNodeId(to));
    return pairs.length > 0;
  },
  async (node) => (await node.importMissionControl([PAIR])).imported >= 0,
  async (node) => {
    const outcome = await node.sendToRoute({ paymentHash: HASH, route: TELLING_CIRCLE });
    return outcome.kind === 'failed' || outcome.kind === 'settled';
  },
];

const replies = fc.record(
  Object.fromEntries(
    Object.entries(examples).map(([method, answers]) => [
      method,
      fc.oneof(...answers.map((answer) => like(answer))),
    ]),
  ),
);

export const target: FuzzTarget = {
  name: 'cln-answers',
  about: "answers of one's own lightningd, of its plugins, or of what pretends to be it",
  shape: 'json',
  prefixBytes: 1,
  valid: fc
    .tuple(fc.nat(USES.length - 1), replies)
    .map(([use, answers]) => prefixed(use, jsonInput(answers))),
  refusals: [NodeError],
  acceptedShare: [0.2, 0.9],
  seededCases: 1_800,
  run: async (input) => {
    const text = textOf(input.subarray(1));
    let answers: Json;
    try {
      answers = parseExactly({ text: text.replaceAll('LABEL', label), hasLongNumbers: true });
    } catch {
      return 'refused';
    }
    if (!isObject(answers)) return 'refused';
    const calls = new ClnCalls(new ScriptedCarrier(answers), { callMs: 1_000, bulkMs: 1_000 });
    const node = nodeOver(calls, { store: undefined, wanted: true });
    try {
      const use = USES[(input[0] ?? 0) % USES.length]!;
      return (await use(node, calls)) ? 'accepted' : 'refused';
    } finally {
      await node.close();
    }
  },
};
