/** One fake lnd, and two clients of it: Ballast, and the npm package `lightning`. */
import { type AuthenticatedLnd, authenticatedLndGrpc } from 'lightning';
import type { HTLCAttempt } from '../../../src/generated/services/payments.ts';
import { RouterService, type SendToRouteRequest } from '../../../src/generated/services/router.ts';
import type { LightningNode } from '../../../src/ports.ts';
import { connectTo, MACAROON_HEX, testFake } from '../../node/lnd/connections.ts';

export interface TwoClients {
  readonly ballast: LightningNode;
  readonly lightning: AuthenticatedLnd;
  /** Requests since the last call, oldest first. */
  readonly takeRequests: () => readonly SendToRouteRequest[];
  /** What the fake answers from now on. */
  readonly answerWith: (attempt: HTLCAttempt) => void;
}

export async function connectBoth(first: HTLCAttempt): Promise<TwoClients> {
  const fake = await testFake();
  let answer = first;
  let requests: SendToRouteRequest[] = [];
  fake.answer(RouterService.sendToRouteV2, (request) => {
    requests.push(request);
    return answer;
  });
  const { lnd } = authenticatedLndGrpc({
    cert: Buffer.from(fake.certificate.certPem).toString('base64'),
    macaroon: MACAROON_HEX,
    // A name, for a TLS server name must not be an IP address.
    socket: fake.address.replace('127.0.0.1', 'localhost'),
  });
  return {
    ballast: await connectTo(fake),
    lightning: lnd,
    answerWith: (attempt) => {
      answer = attempt;
    },
    takeRequests: () => {
      const taken = requests;
      requests = [];
      return taken;
    },
  };
}
