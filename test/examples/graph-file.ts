/** Files that programs read and print, between them and the simulator. */
import { describeGraphJson } from '../../bench/network/describe-graph-json.ts';
import { Route } from '../../src/generated/messages/route.ts';
import type { SimulatedNetwork } from '../../src/sim/index.ts';

/** What `lncli describegraph` would print. */
export function describedGraph(network: SimulatedNetwork): string {
  return describeGraphJson(network.description());
}

/** The route that a program has printed with its bytes in hex, and without records of its own. */
export function routeFromJson(text: string): Route {
  return Route.fromPartial(
    JSON.parse(text, (key, value: unknown) => {
      if (key === 'customRecords') return undefined;
      if (key === 'paymentAddr') return new Uint8Array(Buffer.from(String(value), 'hex'));
      return /Msat$|^total(Fees|Amt)$|^fee$|^amtToForward$|^chanCapacity$/.test(key)
        ? BigInt(String(value))
        : value;
    }),
  );
}
