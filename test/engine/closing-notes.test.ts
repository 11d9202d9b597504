import { expect, test } from 'vitest';
import { closingNotes } from '../../src/engine/closing-notes.ts';
import { guardedLog } from '../../src/engine/guarded-log.ts';
import type { ClosingChannel, JournalRecord, LightningNode } from '../../src/ports.ts';
import { hash, intent, invoice, outcome, start } from '../store/journal-records.ts';
import { Square } from './square.ts';

const sent: readonly JournalRecord[] = [start('a'), invoice('a'), intent('a')];
const peer = sent.flatMap((record) => (record.kind === 'intent' ? record.route.hops : []))[0]!
  .pubKey;

function notesOf(
  journals: readonly (readonly JournalRecord[])[],
  node: Partial<LightningNode> = {},
): ReturnType<typeof closingNotes> {
  return closingNotes(
    { node: { ...new Square().node, ...node }, log: guardedLog(undefined) },
    journals,
  );
}

const closing = (fields: Partial<ClosingChannel> = {}): ClosingChannel => ({
  channelPoint: 'aa:1',
  peer: peer as ClosingChannel['peer'],
  limboSat: 700n,
  htlcs: [
    { incoming: false, amountSat: 500n, maturityHeight: 840_144 },
    { incoming: true, amountSat: 100n, maturityHeight: 850_000 },
  ],
  ...fields,
});

test('a payment over a channel that is being closed: what is known of it', async () => {
  const others = closing({
    peer: `03${'cd'.repeat(32)}` as ClosingChannel['peer'],
    channelPoint: 'bb:0',
  });
  const notes = await notesOf([sent], { closingChannels: async () => [others, closing()] });
  expect([...notes.keys()]).toEqual(['a']);
  const [note] = notes.get('a')!;
  expect(note).toContain(hash(1));
  expect(note).toMatch(/aa:1 \(700 sat not spendable yet, HTLCs of ours until block 840144/);
  expect(note).not.toContain('bb:0');
});

test('over one that the node knows nothing of', async () => {
  const notes = await notesOf([sent]);
  expect(notes.get('a')).toEqual([expect.stringMatching(/does not list any more$/)]);
});

test('nothing to say where all has ended, or the channel is listed', async () => {
  const asked = async (): Promise<never> => {
    throw new Error('must not be asked');
  };
  expect(await notesOf([[...sent, outcome('a')], [start('b')]], { ownChannels: asked })).toEqual(
    new Map(),
  );
  const square = new Square();
  const open = [start('a'), { ...intent('a'), outChannelId: square.out }];
  expect(
    await notesOf([open], { ownChannels: square.node.ownChannels, closingChannels: asked }),
  ).toEqual(new Map());
});

test('a node that cannot tell keeps nobody from recovering', async () => {
  const closingChannels = async (): Promise<never> => {
    throw new Error('permission denied');
  };
  expect(await notesOf([sent], { closingChannels })).toEqual(new Map());
});
