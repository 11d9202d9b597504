/** A node's own RPCs, called by the package `lightning`'s client: what the suites believe instead of Ballast's word. */
import { readFileSync } from 'node:fs';
import type { ClientDuplexStream, ClientReadableStream } from '@grpc/grpc-js';
import { type AuthenticatedLnd, authenticatedLndGrpc } from 'lightning';
import type { GivenLnd } from '../given-nodes.ts';
import type {
  RawChannel,
  RawForward,
  RawGraph,
  RawInfo,
  RawInvoice,
  RawPayment,
  RawRoute,
} from './messages.ts';

const CALL_MS = 30_000;
const MOST_ROWS = 50_000;

type Service = 'default' | 'router' | 'invoices';

export class LndRpc {
  readonly #lnd: AuthenticatedLnd;

  constructor(given: GivenLnd) {
    const { lnd } = authenticatedLndGrpc({
      cert: readFileSync(given.tlsCert).toString('base64'),
      macaroon: readFileSync(given.macaroon).toString('hex'),
      // A name, for a TLS server name must not be an IP address; lnd's certificates hold it.
      socket: given.address.replace('127.0.0.1', 'localhost'),
    });
    this.#lnd = lnd;
  }

  /** @throws the error of grpc-js, with `code` and `details`. */
  call<Answer>(service: Service, method: string, request: object = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const client = this.#lnd[service];
      client[method](
        request,
        { deadline: Date.now() + CALL_MS },
        (error: Error | null, answer: Answer) => (error === null ? resolve(answer) : reject(error)),
      );
    });
  }

  stream<Message>(
    service: Service,
    method: string,
    request: object = {},
  ): ClientReadableStream<Message> {
    return this.#lnd[service][method](request);
  }

  duplex<Request, Message>(service: Service, method: string): ClientDuplexStream<Request, Message> {
    return this.#lnd[service][method]();
  }

  info(): Promise<RawInfo> {
    return this.call('default', 'getInfo');
  }

  async channels(): Promise<readonly RawChannel[]> {
    const request = { peer_alias_lookup: true };
    return (await this.call<{ channels: RawChannel[] }>('default', 'listChannels', request))
      .channels;
  }

  graph(): Promise<RawGraph> {
    return this.call('default', 'describeGraph', { include_unannounced: true });
  }

  /** The index of the newest payment: what comes later has a greater one. */
  async paymentsSoFar(): Promise<string> {
    const request = { include_incomplete: true, reversed: true, max_payments: 1 };
    const answer = await this.call<{ last_index_offset: string }>(
      'default',
      'listPayments',
      request,
    );
    return answer.last_index_offset;
  }

  async paymentsSince(index: string): Promise<readonly RawPayment[]> {
    const request = { include_incomplete: true, index_offset: index, max_payments: MOST_ROWS };
    return (await this.call<{ payments: RawPayment[] }>('default', 'listPayments', request))
      .payments;
  }

  invoice(paymentHash: string): Promise<RawInvoice> {
    return this.call('default', 'lookupInvoice', { r_hash: Buffer.from(paymentHash, 'hex') });
  }

  async forwardsSince(seconds: number): Promise<readonly RawForward[]> {
    const request = { start_time: seconds, num_max_events: MOST_ROWS };
    return (
      await this.call<{ forwarding_events: RawForward[] }>('default', 'forwardingHistory', request)
    ).forwarding_events;
  }

  async queryRoutes(request: object): Promise<readonly RawRoute[]> {
    return (await this.call<{ routes: RawRoute[] }>('default', 'queryRoutes', request)).routes;
  }

  async buildRoute(request: object): Promise<RawRoute> {
    return (await this.call<{ route: RawRoute }>('router', 'buildRoute', request)).route;
  }

  close(): void {
    for (const client of Object.values(this.#lnd)) client.close();
  }
}
