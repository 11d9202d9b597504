/** Small routes for tests of the executor, over nodes with short names. */
import {
  type Failure,
  Failure_FailureCode,
  Failure as FailureMessage,
} from '../../src/generated/messages/failure.ts';
import { Route } from '../../src/generated/messages/route.ts';
import type { NodeId } from '../../src/units/ids.ts';

const ALPHABET = 'self,A,B,C,D,E,0,1,2,3,4,5'.split(',');

/** The node id that stands for a short name; ids sort as the names stand in the alphabet above. */
export function node(name: string | number): NodeId {
  const index = ALPHABET.indexOf(String(name));
  if (index < 0) throw new RangeError(`no test node is called ${name}`);
  return `02${(index + 1).toString(16).padStart(64, '0')}` as NodeId;
}

export function nodeName(id: NodeId): string {
  return ALPHABET[Number.parseInt(id.slice(2), 16) - 1]!;
}

/** A route over channels 100, 101, ... through the nodes given, the first of which is the sender. */
export function route(
  nodes: readonly (string | number)[],
  amounts: { totalMsat: bigint; forwardMsat: readonly bigint[] },
): Route {
  return Route.fromPartial({
    totalAmtMsat: amounts.totalMsat,
    totalTimeLock: 1000,
    hops: nodes.slice(1).map((name, i) => ({
      chanId: String(100 + i),
      pubKey: node(name),
      amtToForwardMsat: amounts.forwardMsat[i]!,
      expiry: 900,
    })),
  });
}

/** Self -> A -> B -> self, 1,000 msat, the route of the circular vectors. */
export const CIRCLE: Route = route(['self', 'A', 'B', 'self'], {
  totalMsat: 1020n,
  forwardMsat: [1010n, 1000n, 1000n],
});

export function failure(
  code: keyof typeof Failure_FailureCode,
  failureSourceIndex: number,
  more: Partial<Failure> = {},
): Failure {
  return FailureMessage.fromPartial({
    code: Failure_FailureCode[code],
    failureSourceIndex,
    ...more,
  });
}
