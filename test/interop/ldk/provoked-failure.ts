/** A payment that an LDK node is going to fail, and whom it is right to blame for it. */
import type { Blame, FailureCodeName } from '../../../src/executor/verdict.ts';
import type { Route } from '../../../src/generated/messages/route.ts';
import type { NodeId } from '../../../src/units/ids.ts';
import type { SeededRandom } from '../../seeded-random.ts';
import type { FoundPayment } from './found-payment.ts';
import type { LdkNetwork } from './ldk-network.ts';
import type { LdkInvoice, PayeeAction } from './ldk-payment.ts';

export interface Scene {
  readonly network: LdkNetwork;
  readonly random: SeededRandom;
}

/** `undefined` where chance gave no payment to which this could be done. */
export type Provocation = (scene: Scene) => ProvokedFailure | undefined;

export interface ProvokedFailure {
  readonly found: FoundPayment;
  readonly route: Route;
  /** @defaultValue the one that the payment was found for */
  readonly invoice?: LdkInvoice;
  /** @defaultValue the payee claims */
  readonly onArrival?: PayeeAction;
  readonly code: FailureCodeName;
  /** Index of the node that fails it, 0 for the sender. */
  readonly source: number;
  readonly blame: TrueBlame;
  /** Puts the network in order again. */
  readonly undo?: () => void;
}

/** A `Blame` by places on the route. */
type TrueBlame =
  | { readonly kind: 'own_channel' }
  | { readonly kind: 'channel'; readonly cause: 'liquidity' | 'policy'; readonly link: number }
  | { readonly kind: 'pair'; readonly link: number }
  | { readonly kind: 'node'; readonly index: number }
  | { readonly kind: 'final' }
  /** Any of the first so many links. */
  | { readonly kind: 'unknown'; readonly firstLinks: number };

/** The same as `interpretFailure` has to word it, links as the route names them. */
export function wordedBlame({ found, route, blame }: ProvokedFailure): object {
  const nodeAt = (index: number) =>
    index === 0 ? found.from : (route.hops[index - 1]!.pubKey as NodeId);
  const linkAt = (link: number) => ({
    link,
    channelId: route.hops[link]!.chanId,
    from: nodeAt(link),
    to: nodeAt(link + 1),
  });
  switch (blame.kind) {
    case 'own_channel':
      return { kind: 'own_channel', channelId: route.hops[0]!.chanId };
    case 'channel':
      return { kind: 'channel', cause: blame.cause, at: linkAt(blame.link) };
    case 'pair':
      return { kind: 'pair', at: linkAt(blame.link) };
    case 'node':
      return { kind: 'node', nodeId: nodeAt(blame.index) };
    case 'final':
      return { kind: 'final' };
    case 'unknown':
      return {
        kind: 'unknown',
        among: Array.from({ length: blame.firstLinks }, (_, link) => linkAt(link)),
      };
  }
}

/** What `interpretFailure` said, amounts left out. */
export function plainBlame(blame: Blame): object {
  return JSON.parse(
    JSON.stringify(blame, (key, value) => (key === 'amountMsat' ? undefined : value)),
  ) as object;
}
