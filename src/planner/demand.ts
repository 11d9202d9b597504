/** What is asked of channels, as far as it is known from outside the history of settled forwards. */
import type { ChannelId } from '../units/ids.ts';
import type { FlowSums } from './decayed-flow.ts';

/** What payers want to send over one side of a channel, whether it was served or not. Averages per day, in msat. */
export interface Flow {
  readonly msatPerDay: number;
  /** The squares of the single amounts added up, msat²: how unevenly it comes. 0 is a steady stream. */
  readonly squaresPerDay: number;
  /** Fees that it brings where it is served. @defaultValue by our present fees, and no more than forwards have brought */
  readonly feeMsatPerDay?: number;
}

/** What wants to flow over a channel, by what was forwarded and what was refused for want of balance. */
export interface ChannelDemand {
  /** One of the ids that the channel goes by. */
  readonly channelId: ChannelId;
  /** Leaves us over the channel. */
  readonly out: Flow;
  /** Comes to us over it. */
  readonly in: Flow;
}

export const NO_FLOW: Required<Flow> = { msatPerDay: 0, squaresPerDay: 0, feeMsatPerDay: 0 };

export const sumOfFlows = (flows: readonly Required<Flow>[]): Required<Flow> =>
  flows.reduce(
    (sum, flow) => ({
      msatPerDay: sum.msatPerDay + flow.msatPerDay,
      squaresPerDay: sum.squaresPerDay + flow.squaresPerDay,
      feeMsatPerDay: sum.feeMsatPerDay + flow.feeMsatPerDay,
    }),
    NO_FLOW,
  );

export const perDay = (sum: FlowSums, days: number): Required<Flow> => ({
  msatPerDay: sum.msat / days,
  squaresPerDay: sum.squares / days,
  feeMsatPerDay: sum.feeMsat / days,
});
