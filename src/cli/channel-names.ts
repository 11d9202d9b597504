/** What a user may call a channel or a peer on the command line, resolved to what the engine takes. */
import type { OwnChannel } from '../ports.ts';
import { isNodeId, type NodeId, tryParseChannelId } from '../units/ids.ts';
import { UsageError } from './exit-codes.ts';

/**
 * Channel ids and node keys pass as they are; anything else is a peer's alias, compared without regard to case.
 *
 * @throws UsageError when no peer of ours, or more than one, goes by that alias.
 */
export function resolveSelection(
  names: readonly string[],
  channels: readonly OwnChannel[],
): readonly string[] {
  return names.map((name) => {
    const text = name.trim();
    if (isNodeId(text.toLowerCase()) || tryParseChannelId(text) !== undefined) return text;
    return peerByAlias(text, channels);
  });
}

function peerByAlias(alias: string, channels: readonly OwnChannel[]): NodeId {
  const wanted = alias.toLowerCase();
  const peers = new Set(
    channels.filter((c) => c.peerAlias.trim().toLowerCase() === wanted).map((c) => c.peer),
  );
  const [only, another] = peers;
  if (only === undefined) {
    throw new UsageError(
      `"${alias}" is no channel id, no node key and no alias of a peer; \`lncli listchannels\` has them`,
    );
  }
  if (another !== undefined) {
    throw new UsageError(
      `${peers.size} peers go by the alias "${alias}"; give a key: ${[...peers].join(', ')}`,
    );
  }
  return only;
}
