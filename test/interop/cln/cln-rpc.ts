/** A node's own RPC, by a client of a few lines: what the suites believe instead of Ballast's word. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import type { GivenCln, GivenClnrest } from '../given-nodes.ts';
import type {
  RawChannel,
  RawDirection,
  RawForward,
  RawHtlc,
  RawInfo,
  RawInvoice,
  RawPayment,
} from './messages.ts';

const CALL_MS = 60_000;

/** What lightningd refuses with. */
export class Refusal extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor({ code, message, data }: { code: number; message: string; data?: unknown }) {
    super(`${message} (${code})`);
    this.code = code;
    this.data = data;
  }
}

export class ClnRpc {
  readonly #given: GivenCln;

  constructor(given: GivenCln) {
    this.#given = given;
  }

  /** @throws Refusal, or the error of the connection. */
  async call<Answer>(method: string, params: object = {}): Promise<Answer> {
    const { socket, rest } = this.#given;
    const answer =
      socket === null ? overRest(rest!, method, params) : overSocket(socket, method, params);
    return (await answer) as Answer;
  }

  info(): Promise<RawInfo> {
    return this.call('getinfo');
  }

  async channels(): Promise<readonly RawChannel[]> {
    return (await this.call<{ channels: RawChannel[] }>('listpeerchannels')).channels;
  }

  async graph(filter: object = {}): Promise<readonly RawDirection[]> {
    return (await this.call<{ channels: RawDirection[] }>('listchannels', filter)).channels;
  }

  /** The number of the newest payment: what comes later has a greater one. */
  async paymentsSoFar(): Promise<number> {
    return (await this.#payments({})).reduce((most, one) => Math.max(most, one.created_index), 0);
  }

  async paymentsSince(index: number): Promise<readonly RawPayment[]> {
    return (await this.#payments({})).filter(({ created_index }) => created_index > index);
  }

  async #payments(filter: object): Promise<readonly RawPayment[]> {
    return (await this.call<{ payments: RawPayment[] }>('listsendpays', filter)).payments;
  }

  /** `undefined` where there is none, or none any more. */
  async invoice(payment_hash: string): Promise<RawInvoice | undefined> {
    const answer = await this.call<{ invoices: RawInvoice[] }>('listinvoices', { payment_hash });
    return answer.invoices[0];
  }

  async forwards(): Promise<readonly RawForward[]> {
    return (await this.call<{ forwards: RawForward[] }>('listforwards')).forwards;
  }

  async htlcs(payment_hash: string): Promise<readonly RawHtlc[]> {
    const { htlcs } = await this.call<{ htlcs: RawHtlc[] }>('listhtlcs');
    return htlcs.filter((htlc) => htlc.payment_hash === payment_hash);
  }
}

interface Reply {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

function overSocket(path: string, method: string, params: object): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const socket = connect(path);
  const parts: Buffer[] = [];
  socket.setTimeout(CALL_MS, () => socket.destroy(new Error(`${method}: no answer`)));
  socket.once('error', reject);
  socket.once('close', () => reject(new Error(`${method}: the connection closed`)));
  socket.on('data', (part) => {
    parts.push(part);
    if (part.at(-1) !== 0x0a) return;
    const reply = parsed(Buffer.concat(parts).toString());
    if (reply === undefined) return;
    if (reply.error === undefined) resolve(reply.result);
    else reject(new Refusal(reply.error));
    socket.destroy();
  });
  socket.write(JSON.stringify({ jsonrpc: '2.0', id: 'interop', method, params }));
  return promise;
}

/** `undefined` while the rest has not come yet. */
function parsed(text: string): Reply | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function overRest(
  { url, rune, tlsCa }: GivenClnrest,
  method: string,
  params: object,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const asking = request(`${url}/v1/${method}`, {
    method: 'POST',
    ca: readFileSync(tlsCa),
    servername: 'localhost',
    headers: { rune, 'content-type': 'application/json' },
    timeout: CALL_MS,
  });
  asking.once('error', reject);
  asking.once('timeout', () => asking.destroy(new Error(`${method}: no answer`)));
  asking.once('response', async (response) => {
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part);
    const body = JSON.parse(Buffer.concat(parts).toString());
    if (response.statusCode === 201) resolve(body);
    else reject(new Refusal(body));
  });
  asking.end(JSON.stringify(params));
  return promise;
}
