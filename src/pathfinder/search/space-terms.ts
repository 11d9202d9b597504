/** What of a request shapes the space that is searched; limits come on top. */
import type { Overlay } from '../../graph/overlay.ts';
import type { ChannelId } from '../../units/ids.ts';
import type { Exclusions } from '../request.ts';
import type { SiblingPricing } from '../view/edge-terms.ts';

export interface SpaceTerms {
  /** Indices of the snapshot. */
  readonly source: number;
  readonly target: number;
  readonly amountMsat: number;
  readonly outChannels?: readonly ChannelId[] | undefined;
  readonly inChannels?: readonly ChannelId[] | undefined;
  readonly exclude?: Exclusions | undefined;
  readonly overlay?: Overlay | undefined;
  readonly siblings: SiblingPricing;
  readonly priceOf: (direction: number, timeLockDelta: number) => number;
  /** Price of a direction on top, msat, in this request alone. */
  readonly penalties?: ReadonlyMap<number, number> | undefined;
}
