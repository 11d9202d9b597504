/** Messages between peers: what Ballast sends is heard at the other end, and what a peer sends Ballast hears by clnrest. */
import { expect, it } from 'vitest';
import { connectCln } from '../../../../src/node/cln/index.ts';
import type { CustomMessageNews } from '../../../../src/ports.ts';
import { bytesToHex } from '../../../../src/units/bytes.ts';
import { parseNodeId } from '../../../../src/units/ids.ts';
import { firstOr, skip } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { Plugin } from '../holding.ts';
import type { Stage } from '../stage.ts';

const TYPE = 42_085;
const HEARD_MS = 10_000;
const SIZES = [0, 1, 200, 60_000];

interface Heard {
  readonly peer_id: string;
  readonly payload: string;
}

export function customMessages(stageOf: () => Stage): void {
  it('sends to a peer, and hears what a peer sends', async (context) => {
    const { network } = stageOf();
    await network.settle();
    const pairs = network.directions.filter(
      ({ from, active }) => active && from.given.rest !== null,
    );
    const { from: self, to: peer } = firstOr(pairs, context, 'no node with a peer has clnrest');
    const plugin = await Plugin.start(peer);
    if (typeof plugin === 'string') skip(context, plugin);
    const { url: restUrl, rune, tlsCa } = self.given.rest!;
    const node = await connectCln({ restUrl, rune, tlsCa });
    const stopping = new AbortController();
    const told: CustomMessageNews[] = [];
    const listening = (async () => {
      for await (const news of node.customMessages!.receive({ signal: stopping.signal })) {
        told.push(news);
      }
    })();
    const tally = new Tally('real Core Lightning, messages to and from peers');
    try {
      await eventually(async () => told.length > 0);
      expect(told).toEqual([{ kind: 'listening' }]);
      for (const [i, size] of SIZES.entries()) {
        const data = crypto.getRandomValues(new Uint8Array(size));
        const payload = TYPE.toString(16) + bytesToHex(data);
        await node.customMessages!.send({ peer: parseNodeId(peer.key), type: TYPE, data });
        await eventually(async () => {
          const { messages } = await plugin.call<{ messages: Heard[] }>('ballast-heard');
          return messages.some((one) => one.peer_id === self.key && one.payload === payload);
        });
        await peer.rpc.call('sendcustommsg', { node_id: self.key, msg: payload });
        await eventually(async () => told.length > i + 1);
        expect(told[i + 1]).toEqual({
          kind: 'message',
          ...{ peer: peer.key, type: TYPE, data },
        });
        tally.compared += 2;
      }
    } finally {
      stopping.abort();
      await listening;
      await node.close();
      await plugin.stop();
    }
    tally.report(context);
  });
}

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + HEARD_MS;
  while (!(await isSo())) {
    if (Date.now() > until) throw new Error(`not heard within ${HEARD_MS} ms`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
