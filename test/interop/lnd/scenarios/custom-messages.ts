/** Messages between peers: what Ballast sends is heard at the other end, and what a peer sends Ballast hears. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { CustomMessageNews } from '../../../../src/ports.ts';
import { parseNodeId } from '../../../../src/units/ids.ts';
import { Tally } from '../../tally.ts';
import type { RealNode } from '../real-network.ts';
import { firstOr } from '../skip.ts';
import type { Stage } from '../stage.ts';

const TYPE = 42_085;
const HEARD_MS = 10_000;
const SIZES = [0, 1, 200, 60_000];

interface Heard {
  readonly peer: Buffer;
  readonly type: number;
  readonly data: Buffer;
}

export function customMessages(stageOf: () => Stage): void {
  it('sends to each peer, and hears what each peer sends', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const tally = new Tally('real lnd, messages to and from peers');
    for (const self of stage.network.nodes) await exchange(stage, self, tally);
    if (tally.compared === 0) firstOr([], context, 'no two given nodes are peers');
    tally.report(context);
  }, 120_000);
}

async function exchange(stage: Stage, self: RealNode, tally: Tally): Promise<void> {
  const ways = stage.network.directions.filter(
    ({ from, channel }) => from === self && channel.active,
  );
  const node = await stage.ballastOn(self);
  const stopping = new AbortController();
  const told: CustomMessageNews[] = [];
  const listening = (async () => {
    for await (const news of node.customMessages!.receive({ signal: stopping.signal })) {
      told.push(news);
    }
  })();
  try {
    await eventually(() => told.length > 0);
    expect(told).toEqual([{ kind: 'listening' }]);
    for (const peer of new Set(ways.map(({ to }) => to))) {
      const data = crypto.getRandomValues(new Uint8Array(SIZES[tally.compared % SIZES.length]!));
      await expectHeard(peer, { from: self, data }, () =>
        node.customMessages!.send({ peer: parseNodeId(peer.key), type: TYPE, data }),
      );
      const before = told.length;
      const back = { peer: Buffer.from(self.key, 'hex'), type: TYPE, data: Buffer.from(data) };
      await peer.rpc.call('default', 'sendCustomMessage', back);
      await eventually(() => told.length > before);
      expect(told[before]).toEqual({ kind: 'message', peer: peer.key, type: TYPE, data });
      tally.compared += 2;
    }
  } finally {
    stopping.abort();
    await listening;
  }
}

async function expectHeard(
  at: RealNode,
  { from, data }: { from: RealNode; data: Uint8Array },
  send: () => Promise<void>,
): Promise<void> {
  const stream = at.rpc.stream<Heard>('default', 'subscribeCustomMessages');
  const heard: Heard[] = [];
  stream.on('data', (message: Heard) => heard.push(message));
  stream.on('error', () => undefined);
  try {
    // lnd does not say when it has begun to listen.
    await pause(200);
    await send();
    await eventually(() => heard.length > 0);
    expect(heard).toEqual([
      { peer: Buffer.from(from.key, 'hex'), type: TYPE, data: Buffer.from(data) },
    ]);
  } finally {
    stream.cancel();
  }
}

async function eventually(isSo: () => boolean): Promise<void> {
  const until = Date.now() + HEARD_MS;
  while (!isSo()) {
    if (Date.now() > until) throw new Error(`not heard within ${HEARD_MS} ms`);
    await pause(20);
  }
}
