import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { GossipStoreFile } from '../../../../src/node/cln/gossip-store/gossip-store-file.ts';
import { parseChannelId } from '../../../../src/units/ids.ts';
import { nodeIdOf } from '../../../graph/make-graph.ts';
import { nodeError } from '../../lnd/connections.ts';
import { connectTo, scripted, testFolder } from '../scripted-lightningd.ts';
import { channelAnnouncement, channelUpdate, inboundFeeTlv, unhex } from '../wire-messages.ts';
import { amount, ended, record, store } from './store-writer.ts';

const [A, B] = [nodeIdOf(1), nodeIdOf(2)];
const scidOf = (n: number): bigint => BigInt(parseChannelId(`${100 + n}x1x0`));
const channel = (n: number): string[] => [
  record(channelAnnouncement({ scid: scidOf(n), node1: A, node2: B })),
  record(amount(1_000 * n)),
];

function opened(path: string): GossipStoreFile {
  const file = new GossipStoreFile(path);
  onTestFinished(() => file.close());
  return file;
}

const count = async (file: GossipStoreFile): Promise<number> => (await file.read()).channels.length;

describe('the file', () => {
  test('is read on as it grows, and only what is new', async () => {
    const path = join(testFolder(), 'gossip_store');
    writeFileSync(path, store(channel(1)));
    const file = opened(path);
    expect(await count(file)).toBe(1);
    const more = unhex(channel(2).join(''));
    appendFileSync(path, more.subarray(0, 300));
    expect(await count(file)).toBe(1);
    appendFileSync(path, more.subarray(300));
    expect(await count(file)).toBe(2);
    appendFileSync(path, unhex(record(channelUpdate({ scid: scidOf(2), ppm: 44 }))));
    const { channels } = await file.read();
    expect(channels[1]?.policy1?.feeRatePpm).toBe(44);
    expect(file.counts).toEqual({ damaged: 0, unreadable: 0, unknown: 0, deleted: 0, reopened: 0 });
  });

  test('is read anew when another takes its place, as lightningd compacts it', async () => {
    const folder = testFolder();
    const path = join(folder, 'gossip_store');
    writeFileSync(path, store([...channel(1), ...channel(2)]));
    const file = opened(path);
    expect(await count(file)).toBe(2);
    const next = join(folder, 'gossip_store.tmp');
    writeFileSync(next, store(channel(3)));
    renameSync(next, path);
    expect((await file.read()).channels.map(({ channelId }) => channelId)).toEqual([
      String(scidOf(3)),
    ]);
    expect(file.counts.reopened).toBe(1);
  });

  test('that says that it has ended is left for the one that has its name', async () => {
    const folder = testFolder();
    const path = join(folder, 'gossip_store');
    writeFileSync(path, store(channel(1)));
    const file = opened(path);
    await file.read();
    appendFileSync(path, unhex(record(ended())));
    // The new one is not there yet: the old one says all that there is, and is looked at again.
    expect(await count(file)).toBe(1);
    const next = join(folder, 'gossip_store.tmp');
    writeFileSync(next, store([...channel(2), ...channel(3)]));
    renameSync(next, path);
    expect(await count(file)).toBe(2);
  });

  test('that has become shorter is read anew', async () => {
    const path = join(testFolder(), 'gossip_store');
    const one = store(channel(1));
    writeFileSync(path, store([...channel(1), ...channel(2)]));
    const file = opened(path);
    expect(await count(file)).toBe(2);
    truncateSync(path, one.length);
    expect(await count(file)).toBe(1);
  });

  test('of some megabytes', async () => {
    const path = join(testFolder(), 'gossip_store');
    const many = channel(1).concat(
      Array.from({ length: 12_000 }, (_, i) =>
        record(channelUpdate({ scid: scidOf(1), ppm: i, timestamp: i + 1 })),
      ),
    );
    writeFileSync(path, store(many));
    const file = opened(path);
    const { channels } = await file.read();
    expect(channels[0]?.policy1?.feeRatePpm).toBe(11_999);
    expect(file.counts.damaged).toBe(0);
  });

  test('that cannot be read is named with what to do', async () => {
    const folder = testFolder();
    const path = join(folder, 'gossip_store');
    const file = opened(path);
    expect((await nodeError(file.read())).message).toMatch(/there is no file.*\.lightning/);
    writeFileSync(path, store(channel(1), 64));
    const error = await nodeError(file.read());
    expect(error.code).toBe('unsupported');
    expect(error.message).toMatch(/version 2\.0.*leave gossipStore out/);
    rmSync(path);
    mkdirSync(path);
    expect((await nodeError(file.read())).message).toMatch(/is a folder/);
    // After an error all is well again with a file that can be read.
    rmSync(path, { recursive: true });
    writeFileSync(path, store(channel(1)));
    expect(await count(file)).toBe(1);
    await file.close();
    expect((await nodeError(file.read())).code).toBe('closed');
  });
});

test('a node that is given it knows inbound fees', async () => {
  const path = join(testFolder(), 'gossip_store');
  const update = channelUpdate({ scid: scidOf(1), direction: 1, extra: inboundFeeTlv(-5, -60) });
  writeFileSync(path, store([...channel(1), record(update)]));
  const lightningd = await scripted();
  lightningd.on('listpeerchannels', () => ({ channels: [] }));
  const node = await connectTo(lightningd, { gossipStore: path });
  expect(node.capabilities.inboundFees).toBe(true);
  expect(node.capabilities.reasons.inboundFees).toBeUndefined();
  const { channels } = await node.describeGraph();
  expect(channels[0]?.policy2).toMatchObject({ inboundFeeBaseMsat: -5n, inboundFeeRatePpm: -60 });
  expect(lightningd.asked('listchannels')).toEqual([]);
});
