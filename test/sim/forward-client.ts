/** An interceptor's client for tests: keeps what it is offered, and answers when told to. */
import type {
  ForwardResolution,
  InterceptorConnection,
  OfferedForward,
  ResolveOutcome,
} from '../../src/sim/forward-gate.ts';
import type { SimulatedNode } from '../../src/sim/node.ts';

export class ForwardClient {
  readonly offers: OfferedForward[] = [];
  readonly connection: InterceptorConnection;
  /** False: it takes offers, and says that it takes no more. */
  reads = true;

  /** @throws Error with lnd's text when the node has a client already. */
  constructor(node: SimulatedNode) {
    const result = node.interceptForwards({
      offer: (forward) => {
        this.offers.push(forward);
        return this.reads;
      },
    });
    if (result.kind === 'error') throw new Error(result.message);
    this.connection = result.connection;
  }

  get last(): OfferedForward {
    const offer = this.offers.at(-1);
    if (offer === undefined) throw new Error('nothing was offered');
    return offer;
  }

  answer(
    resolution: ForwardResolution,
    offer: OfferedForward = this.last,
  ): Promise<ResolveOutcome> {
    return this.connection.resolve(offer.circuit, resolution);
  }
}

export const RESUME: ForwardResolution = { kind: 'resume' };
