/** What a user may call a channel or a peer on the command line, resolved to our own channels. */
import type { OwnChannel } from '../ports.ts';
import { type ChannelId, isNodeId, tryParseChannelId } from '../units/ids.ts';
import { nearestName } from './config/nearest-name.ts';
import { UsageError } from './exit-codes.ts';

export interface SelectionOption {
  /** As the user typed it, for messages. */
  readonly option: string;
  readonly names: readonly string[];
}

/**
 * The channels meant by node keys, channel ids (the node's own or the graph's, which differ for a confirmed zero-conf
 * channel), and aliases of peers (compared without regard to case). A number that is no channel of ours may still be
 * somebody's alias.
 *
 * @throws UsageError when a name means none of our channels, or is an alias that more than one peer goes by.
 */
export function resolveSelection(
  { option, names }: SelectionOption,
  channels: readonly OwnChannel[],
): readonly ChannelId[] {
  return [...new Set(names.flatMap((name) => resolveName(name.trim(), { option, channels })))];
}

interface Ground {
  readonly option: SelectionOption['option'];
  readonly channels: readonly OwnChannel[];
}

function resolveName(name: string, { option, channels }: Ground): readonly ChannelId[] {
  if (name === '') throw new UsageError(`${option} is empty; give a channel id, a key or an alias`);
  const key = name.toLowerCase();
  if (isNodeId(key)) {
    const ofPeer = channels.filter(({ peer }) => peer === key);
    if (ofPeer.length > 0) return ofPeer.map(({ channelId }) => channelId);
    throw new UsageError(`${option}: we have no channel with peer ${key}; ${LISTED}`);
  }
  const id = tryParseChannelId(name);
  const ours = channels.find((own) => own.channelId === id || own.graphChannelId === id);
  if (ours !== undefined) return [ours.channelId];
  const ofAlias = channelsByAlias(name, { option, channels });
  if (ofAlias.length > 0) return ofAlias;
  throw new UsageError(
    id === undefined
      ? `${option}: "${name}" is no channel id, no node key and no alias of a peer${meant(name, channels)}; ${LISTED}`
      : `${option}: channel ${name} is not one of ours, or has closed, and no peer goes by that alias; ${LISTED}`,
  );
}

const LISTED = '`ballast plan` lists our channels with their peers';

function meant(name: string, channels: readonly OwnChannel[]): string {
  const plain = (alias: string): string => alias.trim().toLowerCase().replaceAll('-', '_');
  const aliases = new Map(channels.map(({ peerAlias }) => [plain(peerAlias), peerAlias.trim()]));
  const near = nearestName(name, [...aliases.keys()]);
  return near === undefined || near === '' ? '' : ` (did you mean ${aliases.get(near)}?)`;
}

function channelsByAlias(alias: string, { option, channels }: Ground): readonly ChannelId[] {
  const wanted = alias.toLowerCase();
  const found = channels.filter(({ peerAlias }) => peerAlias.trim().toLowerCase() === wanted);
  const peers = new Set(found.map(({ peer }) => peer));
  if (peers.size > 1) {
    throw new UsageError(
      `${option}: ${peers.size} peers go by the alias "${alias}"; give a key: ${[...peers].join(', ')}`,
    );
  }
  return found.map(({ channelId }) => channelId);
}
