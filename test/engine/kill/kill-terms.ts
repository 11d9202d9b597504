/** What the test tells the process that it starts, and what that says back, one line each. */
import type { ChannelId } from '../../../src/units/ids.ts';
import type { OwnEnd } from './kill-network.ts';
import type { Bug } from './planted-bugs.ts';

export interface KillTerms {
  /** Rebalance on and on, or only bring to an end what was left behind. */
  readonly work: 'rebalance' | 'finish';
  readonly address: string;
  readonly tlsCertPem: string;
  readonly macaroonHex: string;
  readonly path: string;
  readonly seed: number;
  readonly budgetMsat: string;
  readonly ownChannels: readonly OwnEnd[];
  readonly bug: Bug | null;
}

export type KillWord =
  | { readonly kind: 'open' }
  | { readonly kind: 'resumed'; readonly unfinished: number }
  | {
      readonly kind: 'asked';
      readonly rebalanceId: string;
      readonly inChannelId: ChannelId;
      readonly maxFeePpm: number;
      readonly maxFeeMsat: string;
    }
  | { readonly kind: 'reported'; readonly outcome: string }
  | { readonly kind: 'finished' };
