/** SendToRouteV2 with nothing around it but grpc-js: what an attempt costs at the least. */
import { randomBytes } from 'node:crypto';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import type { Route } from '../../src/generated/messages/route.ts';
import { type HTLCAttempt, HTLCAttempt_HTLCStatus } from '../../src/generated/services/payments.ts';
import { RouterService, SendToRouteRequest } from '../../src/generated/services/router.ts';
import { everyOneOf, type Spent } from './in-flight.ts';
import type { ServedCircles } from './serving-process.ts';

export interface BareCalls {
  readonly spent: Spent;
  /** By call. */
  readonly timesMs: readonly number[];
  readonly failed: number;
}

/** Sends along a route that fails; each of those in flight has a payment hash of its own, used again and again. */
export async function makeBareCalls(
  served: ServedCircles,
  work: { readonly route: Route; readonly calls: number; readonly inFlight: number },
): Promise<BareCalls> {
  const client = new Client(served.address, credentials.createSsl(Buffer.from(served.tlsCertPem)), {
    'grpc.ssl_target_name_override': 'localhost',
  });
  const metadata = new Metadata();
  metadata.set('macaroon', served.macaroonHex);
  const { path, requestSerialize, responseDeserialize } = RouterService.sendToRouteV2;
  const send = (request: SendToRouteRequest): Promise<HTLCAttempt> =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        (error, attempt) => (error === null ? resolve(attempt!) : reject(error)),
      );
    });
  const requests = Array.from({ length: work.inFlight }, () =>
    SendToRouteRequest.fromPartial({ paymentHash: randomBytes(32), route: work.route }),
  );
  const timesMs: number[] = [];
  let failed = 0;
  try {
    const spent = await everyOneOf(work.calls, work, async (_call, place) => {
      const started = performance.now();
      const attempt = await send(requests[place]!);
      timesMs.push(performance.now() - started);
      if (attempt.status === HTLCAttempt_HTLCStatus.FAILED) failed++;
    });
    return { spent, timesMs, failed };
  } finally {
    client.close();
  }
}
