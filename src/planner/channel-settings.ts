/** The settings of each channel, from the request's defaults, rules and lists. */
import type { OwnChannel } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { ChannelNaming } from './channel-names.ts';
import {
  type ChannelNames,
  type ChannelSettings,
  type FilledSettings,
  type PlanRequest,
  PlanRequestError,
  SETTING_DEFAULTS,
} from './rebalance-plan-request.ts';

export interface ResolvedSettings extends FilledSettings {
  readonly maySource: boolean;
  readonly mayTarget: boolean;
}

export interface SettingsOfChannels {
  readonly of: ReadonlyMap<ChannelId, ResolvedSettings>;
  /** Names in the request that mean no channel of ours: closed since, perhaps, or misspelt. */
  readonly unknownNames: readonly string[];
}

/** @throws PlanRequestError where names are ambiguous, a list names no channel of ours, or a lower bound lies above an upper. */
export function channelSettings(
  channels: readonly OwnChannel[],
  request: PlanRequest,
): SettingsOfChannels {
  const naming = new ChannelNaming(channels, request.tags);
  const unknownNames = new Set<string>();
  const resolve = (where: string, names: ChannelNames): ReadonlySet<ChannelId> => {
    const named = naming.resolve(where, names);
    for (const name of named.unknown) unknownNames.add(name);
    return named.channels;
  };
  const rules = (request.rules ?? []).map(({ channels: names, ...settings }, i) => ({
    channels: resolve(`rules[${i}].channels`, names),
    settings,
  }));
  const list = (where: 'include' | 'sources' | 'targets'): ReadonlySet<ChannelId> | undefined => {
    const names = request[where];
    if (names === undefined) return undefined;
    const named = resolve(where, names);
    if (named.size > 0) return named;
    throw new PlanRequestError(`${where} names no channel of ours: ${shown(names)}`);
  };
  const [include, sources, targets] = [list('include'), list('sources'), list('targets')];
  const excluded =
    request.exclude === undefined ? new Set<ChannelId>() : resolve('exclude', request.exclude);
  const settingsOf = ({ channelId }: OwnChannel): ResolvedSettings => {
    const own = rules.filter(({ channels: named }) => named.has(channelId));
    const settings: FilledSettings = Object.assign(
      { ...SETTING_DEFAULTS },
      ...[request.settings ?? {}, ...own.map((rule) => rule.settings)].map(given),
    );
    assertOrder(channelId, settings);
    const { use } = settings;
    const allowed = !excluded.has(channelId) && (include?.has(channelId) ?? true);
    return {
      ...settings,
      maySource:
        allowed && (use === 'both' || use === 'source') && (sources?.has(channelId) ?? true),
      mayTarget:
        allowed && (use === 'both' || use === 'target') && (targets?.has(channelId) ?? true),
    };
  };
  return {
    of: new Map(channels.map((channel) => [channel.channelId, settingsOf(channel)])),
    unknownNames: [...unknownNames],
  };
}

/** A setting that is given as `undefined` is not given. */
const given = (settings: ChannelSettings): ChannelSettings =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));

function assertOrder(
  channelId: ChannelId,
  { minRatio, maxRatio }: { readonly minRatio: number; readonly maxRatio: number },
): void {
  if (minRatio <= maxRatio) return;
  throw new PlanRequestError(
    `channel ${channelId}: its minRatio ${minRatio} lies above its maxRatio ${maxRatio}; change one of them`,
  );
}

const shown = (names: ChannelNames): string =>
  (typeof names === 'string' ? [names] : names).map((name) => `"${name}"`).join(', ') ||
  'the list is empty';
