/**
 * A process that makes one rebalance and is killed on the way. It says where it is and goes no further:
 * `intent` is on the disk and nothing sent; the payment is `flying`; lightningd's `answer` is here and not on the disk.
 */
import { Rebalancer } from '../../../src/engine/index.ts';
import { type ConnectClnOptions, connectCln } from '../../../src/node/cln/index.ts';
import { openSqliteStore } from '../../../src/store/sqlite.ts';
import { parseChannelId } from '../../../src/units/ids.ts';

export type CrashPoint = 'intent' | 'flying' | 'answer';

export interface CrashOrder {
  readonly connect: ConnectClnOptions;
  readonly database: string;
  readonly point: CrashPoint;
  readonly from: string;
  readonly to: string;
  readonly leaveOut: readonly string[];
  readonly amountMsat: string;
}

const order: CrashOrder = JSON.parse(process.argv[2]!);
const never = new Promise<never>(() => undefined);
const say = (word: CrashPoint): void => {
  process.stdout.write(`${word}\n`);
};

const ballast = await connectCln(order.connect);
const store = await openSqliteStore(order.database);
const rebalancer = new Rebalancer({
  node: {
    ...ballast,
    sendToRoute: async (request) => {
      const answer = ballast.sendToRoute(request);
      if (order.point === 'flying') say('flying');
      if (order.point !== 'answer') return answer;
      await answer;
      say('answer');
      return never;
    },
  },
  store: {
    ...store,
    commit: async (batch) => {
      await store.commit(batch);
      if (order.point !== 'intent' || !batch.some(({ kind }) => kind === 'intent')) return;
      say('intent');
      await never;
    },
  },
});
const report = await rebalancer.rebalance({
  from: order.from,
  to: order.to,
  amountMsat: BigInt(order.amountMsat),
  maxFeePpm: 200_000,
  exclude: { channels: order.leaveOut.map(parseChannelId) },
}).result;
process.stdout.write(`ended ${report.outcome.kind}\n`);
