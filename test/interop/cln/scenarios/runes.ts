/** Runes that lightningd itself makes: the smallest that Ballast names is enough, and each that lacks one command is told so. */
import { expect, it } from 'vitest';
import { Rebalancer } from '../../../../src/engine/index.ts';
import { Route } from '../../../../src/generated/messages/route.ts';
import {
  CLN_METHODS,
  type ClnMethodName,
  connectCln,
  createRuneCommand,
} from '../../../../src/node/cln/index.ts';
import type { LightningNode } from '../../../../src/ports.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import {
  type NodeId,
  type PaymentHash,
  parseNodeId,
  parsePaymentHash,
} from '../../../../src/units/ids.ts';
import { firstOr, NO_CIRCLE, type skip } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { type Circle, circles } from '../circles.ts';
import type { RealNode } from '../real-network.ts';
import { before, expectMoved, paymentsOf } from '../records.ts';
import { run } from '../refused-run.ts';
import type { Stage } from '../stage.ts';

const NO_REST = 'no node of a circle has clnrest';
const TERMS = { memo: '', valueMsat: 0n, cltvDelta: 40, expirySeconds: 600 };

export function runes(stageOf: () => Stage): void {
  it('works with the rune that createRuneCommand names', async (context) => {
    const stage = stageOf();
    const circle = await restCircle(stage, context);
    const { self } = circle;
    const purposes = {
      ...{ planning: true, askrene: true, customMessages: true, cleanUp: true },
      customRecords: true,
    };
    for (const options of [{}, purposes]) {
      const [, restrictions] = /restrictions='(.+)'$/.exec(createRuneCommand(options))!;
      const node = await connectWith(self, JSON.parse(restrictions!));
      const past = await before(stage.network, self);
      const { amountMsat } = stage.network;
      const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 200_000 };
      const rebalancer = new Rebalancer({ node, store: memoryStore() });
      const report = await rebalancer.rebalance(request).result;
      expect(report.outcome.kind).toBe('settled');
      const { feeMsat } = await expectMoved(stage.network, past, { circle, amountMsat });
      expect(report.feePaidMsat).toBe(feeMsat);
      if (options === purposes) {
        await rebalancer.plan();
        await node.missionControl();
      }
      await node.close();
    }
    const tally = new Tally('real Core Lightning, with the smallest runes');
    tally.sent = tally.settled = 2;
    tally.report(context);
  });

  it('names the command that the rune does not allow, for each of them', async (context) => {
    const stage = stageOf();
    const circle = await restCircle(stage, context);
    const { self } = circle;
    const things = await thingsAt(stage, circle);
    const tally = new Tally('real Core Lightning, runes that lack one command');
    const known = new Set(await commandsOf(self));
    for (const method of Object.keys(CLN_METHODS) as ClnMethodName[]) {
      const use = USES[method];
      if (use === 'courtesy' || !known.has(method)) continue;
      const others = Object.keys(CLN_METHODS).filter((other) => other !== method);
      const restrictions = [[...others, 'listclnrest-notifications'].map((one) => `method=${one}`)];
      const end = await connectWith(self, restrictions).then(
        async (node) => {
          const left = await use(node, things).catch((error: unknown) => error);
          await node.close();
          return left;
        },
        (error: unknown) => error,
      );
      const text =
        end instanceof Error
          ? end.message
          : String((end as { reason?: string } | undefined)?.reason);
      expect(text, method).toContain(`the rune does not allow ${method}`);
      if (end instanceof Error) expect(end).toMatchObject({ code: 'permission_denied' });
      tally.compared++;
    }
    tally.report(context);
  });

  it('is refused with a rune of another node, with one that was blacklisted, and by a stranger', async (context) => {
    const stage = stageOf();
    const given = stage.network.nodes.filter((node) => node.given.rest !== null);
    const [one, other] = given;
    if (one === undefined || other === undefined) {
      firstOr([], context, 'two nodes with clnrest are needed');
    }
    const { url: restUrl, tlsCa } = one!.given.rest!;
    const foreign = connectCln({ restUrl, tlsCa, rune: other!.given.rest!.rune });
    await expect(foreign).rejects.toMatchObject({ code: 'wrong_macaroon' });
    const made = await one!.rpc.call<{ rune: string; unique_id: string }>('createrune');
    const id = Number(made.unique_id);
    const rune = made.rune;
    await (await connectCln({ restUrl, tlsCa, rune })).close();
    await one!.rpc.call('blacklistrune', { start: id, end: id });
    const black = connectCln({ restUrl, tlsCa, rune });
    await expect(black).rejects.toMatchObject({ code: 'wrong_macaroon' });
    const odd = connectCln({ restUrl, tlsCa, rune: 'AAAA' });
    await expect(odd).rejects.toMatchObject({ code: 'wrong_macaroon' });
    const stranger = connectCln({ restUrl, rune, tlsCa: other!.given.rest!.tlsCa });
    await expect(stranger).rejects.toMatchObject({ code: 'wrong_certificate' });
  });
}

async function restCircle(stage: Stage, context: Parameters<typeof skip>[0]): Promise<Circle> {
  await stage.network.settle();
  firstOr(circles(stage.network), context, NO_CIRCLE);
  const found = circles(stage.network).filter(({ self }) => self.given.rest !== null);
  return firstOr(found, context, NO_REST);
}

async function connectWith(self: RealNode, restrictions: object): Promise<LightningNode> {
  const { url: restUrl, tlsCa } = self.given.rest!;
  const { rune } = await self.rpc.call<{ rune: string }>('createrune', { restrictions });
  return connectCln({ restUrl, tlsCa, rune });
}

async function commandsOf({ rpc }: RealNode): Promise<readonly string[]> {
  const { help } = await rpc.call<{ help: { command: string }[] }>('help');
  return help.map(({ command }) => command.split(' ')[0]!);
}

interface Things {
  readonly failed: PaymentHash;
  readonly settled: PaymentHash;
  readonly open: PaymentHash;
  readonly route: Route;
  readonly pair: { readonly from: NodeId; readonly to: NodeId };
}

/** What some commands are asked about. */
async function thingsAt(stage: Stage, circle: Circle): Promise<Things> {
  const { self, hops } = circle;
  const ballast = await stage.ballastOn(self);
  let route = Route.create();
  const node: LightningNode = {
    ...ballast,
    sendToRoute: (request) => {
      route = request.route;
      return ballast.sendToRoute(request);
    },
  };
  const settled = await paymentsOf((await run(stage, { circle, node })).past);
  const past = await before(stage.network, self);
  const { amountMsat } = stage.network;
  const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 200_000 };
  await new Rebalancer({ node, store: memoryStore() }).probe(request).result;
  const [failed] = await paymentsOf(past);
  const preimage = crypto.getRandomValues(new Uint8Array(32));
  return {
    failed: parsePaymentHash(failed!.payment_hash),
    settled: parsePaymentHash(settled[0]!.payment_hash),
    open: (await ballast.addInvoice({ ...TERMS, preimage })).paymentHash,
    route,
    pair: { from: parseNodeId(hops[1]!.from.key), to: parseNodeId(hops[1]!.to.key) },
  };
}

async function last(updates: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of updates);
}

const untilEnd = (): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(30_000) });

/** Each makes the call that it is listed for, which must not come through; courtesies are left out without a word. */
const USES: Record<
  ClnMethodName,
  'courtesy' | ((node: LightningNode, things: Things) => Promise<unknown>)
> = {
  getinfo: (node) => node.info(),
  listpeerchannels: (node) => node.ownChannels(),
  listchannels: (node) => node.describeGraph(),
  listnodes: (node) => node.describeGraph(),
  invoice: (node) =>
    node.addInvoice({ ...TERMS, preimage: crypto.getRandomValues(new Uint8Array(32)) }),
  listinvoices: (node, { open }) => node.lookupInvoice(open),
  delinvoice: (node, { open }) => node.deleteCanceledInvoice(open),
  waitinvoice: (node, { open }) => last(node.watchInvoice(open, untilEnd())),
  sendpay: (node, { route, open }) => node.sendToRoute({ paymentHash: open, route }),
  waitsendpay: (node, { failed }) => last(node.trackPayment(failed, untilEnd())),
  listsendpays: (node) => node.unfinishedPayments({ sinceMs: 0 }),
  listhtlcs: (node, { settled }) => node.lookupInvoice(settled),
  wait: (node) => last(node.htlcEvents!(untilEnd())),
  delpay: (node, { failed }) => node.deleteFailedPayment(failed),
  listforwards: (node) => node.forwardingHistory({ sinceMs: 0 }),
  'askrene-reserve': 'courtesy',
  'askrene-unreserve': 'courtesy',
  'askrene-listreservations': 'courtesy',
  'askrene-inform-channel': (node, { pair }) =>
    node.importMissionControl([
      { ...pair, successAmtMsat: 1n, successAtMs: Date.now(), failAmtMsat: 0n, failAtMs: null },
    ]),
  'askrene-listlayers': (node) => node.missionControl(),
  sendcustommsg: (node, { pair }) =>
    node.customMessages!.send({ peer: pair.from, type: 42_085, data: new Uint8Array() }),
  createonion: sendRecords,
  sendonion: sendRecords,
};

function sendRecords(node: LightningNode, { route, open }: Things): Promise<unknown> {
  const customRecords = new Map([[65_537n, Uint8Array.of(1)]]);
  const hops = route.hops.map((hop) => ({ ...hop, customRecords }));
  return node.sendToRoute({ paymentHash: open, route: { ...route, hops } });
}
