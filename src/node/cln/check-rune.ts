/**
 * Which commands a rune allows, learnt by asking: clnrest checks it before it passes a command on. What would change
 * something is asked for without its parameters, which lightningd refuses; what only tells is asked for next to nothing.
 */
import { ClnCalls, type ClnParams } from './cln-calls.ts';
import { CLN_METHODS, type ClnMethodName } from './cln-methods.ts';
import { ClnRpcError, RPC_CODES } from './cln-rpc-error.ts';
import { type ClnRest, restOptions } from './connect-cln.ts';
import type { CallEnd } from './transport/carrier.ts';
import { RestCarrier } from './transport/rest-carrier.ts';

export type RuneVerdict =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'denied' }
  /** This lightningd does not have the command, or the plugin that has it is off. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A channel, a payment and a node that do not exist, where an empty answer is wanted. */
const NO_CHANNEL = '1x1x1';
const NO_HASH = '00'.repeat(32);
const NO_NODE = `02${'00'.repeat(31)}01`;

/** Of commands that need none, for an answer as short as can be. All others are asked for without any. */
const NARROW: Readonly<Partial<Record<ClnMethodName, ClnParams>>> = {
  listpeerchannels: { id: NO_NODE },
  listchannels: { short_channel_id: NO_CHANNEL },
  listnodes: { id: NO_NODE },
  listinvoices: { payment_hash: NO_HASH },
  listsendpays: { payment_hash: NO_HASH },
  listhtlcs: { id: NO_CHANNEL },
  listforwards: { in_channel: NO_CHANNEL },
  'askrene-listlayers': { layer: 'none' },
};

/** What a rune says that is about parameters: commands are asked about without those that real calls have. */
const ABOUT_PARAMETERS = /\bp(?:name|arr|num)\w* /;

/**
 * @param options.wanted Of which commands to ask. Default: all
 * @throws NodeError where clnrest cannot be reached, or does not take the rune at all.
 */
export async function checkRune(
  options: ClnRest & {
    readonly deadlineMs: number;
    readonly wanted?: (method: ClnMethodName) => boolean;
  },
): Promise<ReadonlyMap<ClnMethodName, RuneVerdict>> {
  const { deadlineMs, wanted = () => true } = options;
  const rest = await restOptions({ ...options, connectDeadlineMs: deadlineMs });
  const calls = new ClnCalls(new RestCarrier(rest), { callMs: deadlineMs, bulkMs: deadlineMs });
  const verdicts = new Map<ClnMethodName, RuneVerdict>();
  try {
    for (const method of (Object.keys(CLN_METHODS) as ClnMethodName[]).filter(wanted)) {
      const lane = 'quick';
      const end = await calls.attempt(method, NARROW[method] ?? {}, { lane });
      verdicts.set(method, verdictOf(method, end));
    }
    return verdicts;
  } finally {
    calls.close();
  }
}

function verdictOf(method: ClnMethodName, end: CallEnd): RuneVerdict {
  switch (end.kind) {
    case 'result':
      return { kind: 'allowed' };
    case 'not_sent':
      throw end.error;
    case 'lost':
      return { kind: 'unknown', reason: end.error.message };
    case 'error':
      break;
  }
  switch (end.code) {
    case RPC_CODES.runeNotPermitted:
      return ABOUT_PARAMETERS.test(end.message)
        ? { kind: 'unknown', reason: 'the rune restricts its parameters' }
        : { kind: 'denied' };
    case RPC_CODES.methodNotFound:
      return { kind: 'absent' };
    case RPC_CODES.runeNotAuthorized:
    case RPC_CODES.runeBlacklisted:
      throw new ClnRpcError(method, end);
    default:
      return { kind: 'allowed' };
  }
}
