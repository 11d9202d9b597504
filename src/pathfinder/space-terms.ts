/** What of a request shapes the space that is searched; limits come on top. */
import type { Overlay } from '../graph/overlay.ts';
import type { ChannelId } from '../units/ids.ts';
import type { Exclusions } from './request.ts';
import type { SiblingPricing } from './view-edges.ts';

export interface SpaceTerms {
  readonly source: number;
  readonly target: number;
  readonly amountMsat: number;
  readonly outChannels?: readonly ChannelId[] | undefined;
  readonly inChannels?: readonly ChannelId[] | undefined;
  readonly exclude?: Exclusions | undefined;
  readonly overlay?: Overlay | undefined;
  readonly siblings: SiblingPricing;
  readonly priceOf: (direction: number, timeLockDelta: number) => number;
}
