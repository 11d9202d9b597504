/** Payments that were left under way over channels of ours which are being closed. */
import type { ClosingChannel, JournalRecord, LightningNode, Log } from '../ports.ts';
import { asked, messageOf } from './asked.ts';

type Intent = Extract<JournalRecord, { kind: 'intent' }>;

interface Asking {
  readonly node: LightningNode;
  readonly log: Log;
}

/**
 * A channel that is closed by force leaves the node's list while its HTLCs are resolved on chain, which can take days:
 * the report should say so. Only asked where a payment had left over a channel that is not listed any more.
 *
 * @returns Notes by rebalance; none where the node could not be asked.
 */
export async function closingNotes(
  { node, log }: Asking,
  journals: readonly (readonly JournalRecord[])[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const notes = new Map<string, readonly string[]>();
  const open = journals.flatMap(openIntent);
  if (open.length === 0) return notes;
  try {
    const listed = new Set(
      (await asked(() => node.ownChannels())).map(({ channelId }) => channelId),
    );
    const gone = open.filter(({ outChannelId }) => !listed.has(outChannelId));
    if (gone.length === 0) return notes;
    const closing = await asked(() => node.closingChannels());
    for (const intent of gone) notes.set(intent.rebalanceId, [noteOn(intent, closing)]);
  } catch (error) {
    log.warn('the node did not tell which channels are being closed', { reason: messageOf(error) });
  }
  return notes;
}

/** The last attempt, where its outcome is not written down. */
function openIntent(records: readonly JournalRecord[]): Intent[] {
  const intent = records.findLast((record): record is Intent => record.kind === 'intent');
  const ended = records.some(
    (record) => record.kind === 'outcome' && record.attempt === intent?.attempt,
  );
  return intent === undefined || ended ? [] : [intent];
}

function noteOn(intent: Intent, closing: readonly ClosingChannel[]): string {
  const { paymentHash, outChannelId, route } = intent;
  const gone = `payment ${paymentHash} left over channel ${outChannelId}, which our node does not list any more`;
  const peer = route.hops[0]?.pubKey;
  const ours = closing.filter((channel) => channel.peer === peer);
  if (ours.length === 0) return gone;
  const channels = ours.map(({ channelPoint, limboSat, htlcs }) => {
    const waiting = htlcs.filter(({ incoming }) => !incoming);
    const until = Math.max(0, ...waiting.map(({ maturityHeight }) => maturityHeight));
    const held = waiting.length === 0 ? '' : `, HTLCs of ours until block ${until} at the latest`;
    return `${channelPoint} (${limboSat} sat not spendable yet${held})`;
  });
  return `${gone}; with that peer these are being closed: ${channels.join(', ')}`;
}
