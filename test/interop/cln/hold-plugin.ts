/**
 * A plugin of lightningd, which the suites start on nodes of this machine: it holds what comes in over one channel until
 * it is told to let go, and remembers custom messages of peers and what onions told this node. lightningd runs it, and talks to it over stdin and stdout.
 */

interface Request {
  readonly id?: number | string;
  readonly method: string;
  readonly params: {
    readonly channel?: string;
    readonly htlc?: { readonly short_channel_id: string; readonly payment_hash: string };
    readonly onion?: { readonly payload: string };
    readonly peer_id?: string;
    readonly payload?: string;
  };
}

const command = (name: string, usage = ''): object => ({
  ...{ name, usage },
  description: 'For the interop suites of Ballast',
  long_description: '',
});

const MANIFEST = {
  options: [],
  hooks: [{ name: 'htlc_accepted' }, { name: 'custommsg' }],
  subscriptions: [],
  dynamic: true,
  rpcmethods: [
    command('ballast-hold', 'channel'),
    command('ballast-held'),
    command('ballast-let-go'),
    command('ballast-heard'),
    command('ballast-told'),
  ],
};
const GO_ON = { result: 'continue' };

let channel: string | null = null;
const held: { readonly id: Request['id']; readonly paymentHash: string }[] = [];
const heard: object[] = [];
/** Payloads by payment hash. */
const told: Record<string, string> = {};

function reply(id: Request['id'], result: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`);
}

/** `null` where the answer has to wait. */
function answerTo({ id, method, params }: Request): object | null {
  switch (method) {
    case 'getmanifest':
      return MANIFEST;
    case 'htlc_accepted': {
      const { short_channel_id, payment_hash: paymentHash } = params.htlc!;
      told[paymentHash] = params.onion!.payload;
      if (short_channel_id !== channel) return GO_ON;
      held.push({ id, paymentHash });
      return null;
    }
    case 'custommsg':
      heard.push({ peer_id: params.peer_id, payload: params.payload });
      return GO_ON;
    case 'ballast-hold':
      channel = params.channel ?? null;
      return {};
    case 'ballast-held':
      return { hashes: held.map(({ paymentHash }) => paymentHash) };
    case 'ballast-let-go':
      channel = null;
      for (const one of held.splice(0)) reply(one.id, GO_ON);
      return {};
    case 'ballast-heard':
      return { messages: heard };
    case 'ballast-told':
      return { told };
    default:
      // init.
      return {};
  }
}

let text = '';
for await (const part of process.stdin.setEncoding('utf8')) {
  text += part;
  // lightningd ends each request with an empty line, and has none inside.
  const requests = text.split('\n\n');
  text = requests.pop()!;
  for (const written of requests) {
    const request: Request = JSON.parse(written);
    const answer = answerTo(request);
    if (answer !== null) reply(request.id, answer);
  }
}
