/**
 * From a graph file to a Route message, with no node at hand: finds the best way for a payment, builds what
 * SendToRouteV2 takes, and has it checked by code that did not build it.
 *
 *     lncli describegraph > graph.json
 *     node route-from-graph-file.ts graph.json FROM TO AMOUNT_SAT PAYMENT_ADDR BLOCK_HEIGHT
 *
 * FROM and TO are keys of nodes, PAYMENT_ADDR the invoice's payment secret in hex. Prints the route as JSON.
 */
import { createReadStream } from 'node:fs';
import {
  buildRoute,
  checkRoute,
  findRoute,
  loadDescribeGraph,
  parseNodeId,
  satToMsat,
} from 'ballast';

const [file, from, to, amountSat, secret, height] = process.argv.slice(2);
if (!file || !from || !to || !amountSat || !secret || !height) {
  console.error('usage: node route-from-graph-file.ts FILE FROM TO AMOUNT_SAT PAYMENT_ADDR HEIGHT');
  process.exit(2);
}
// A file or a key will not do: the message says what to change.
process.on('uncaughtException', (error) => {
  console.error(String(error));
  process.exit(1);
});

const { graph, rejected } = await loadDescribeGraph(createReadStream(file));
for (const { kind, id, reason } of rejected) console.error(`left out ${kind} ${id}: ${reason}`);
const snapshot = graph.snapshot();

const [self, target] = [parseNodeId(from), parseNodeId(to)];
const amountMsat = satToMsat(BigInt(amountSat));
const [blockHeight, finalCltvDelta, maxFeePpm] = [Number(height), 43, 5_000];
const result = findRoute(snapshot, {
  from: self,
  to: target,
  amountMsat,
  blockHeight,
  finalCltvDelta,
  maxFeePpm,
});
if (result.kind === 'no_route') {
  console.error(result.message);
  process.exitCode = 3;
} else {
  const paymentAddr = new Uint8Array(Buffer.from(secret, 'hex'));
  const route = buildRoute(result.path, { paymentAddr, blockHeight, finalCltvDelta });
  const terms = { self, target, amountMsat, paymentAddr, blockHeight, invoiceCltvDelta: 40 };
  const defects = checkRoute(route, snapshot, terms);
  if (defects.length > 0) throw new Error(JSON.stringify(defects));
  const { feeMsat, cltvBlocks } = result.quote;
  console.error(`${feeMsat} msat, ${route.hops.length} hops, locked for ${cltvBlocks} blocks`);
  // In JSON a bigint is a decimal string, and bytes are hex.
  const plain = (_key: string, value: unknown): unknown => {
    if (typeof value === 'bigint') return String(value);
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  };
  console.log(JSON.stringify(route, plain, 2));
}
