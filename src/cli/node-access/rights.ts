/** What macaroon or rune allow, in the same terms for each kind of node. */
import { checkRune, type RuneVerdict } from '../../node/cln/check-rune.ts';
import { CLN_METHODS, type ClnMethodName, createRuneCommand } from '../../node/cln/cln-methods.ts';
import { checkPermissions, type PermissionVerdict } from '../../node/lnd/check-permissions.ts';
import {
  bakeMacaroonCommand,
  type GuardedMethodPath,
  methodName,
  purposeOf,
} from '../../node/lnd/permissions.ts';
import { type AccessNames, OPTION_NAMES } from './access-options.ts';
import { ANSWER_MS } from './answer-time.ts';
import { checkClnrest } from './check-access.ts';
import type { ClnrestAccess, LndAccess, NodeAccess } from './chosen-access.ts';

/** What calls are for. */
export type Purpose =
  | 'rebalance'
  | 'planning'
  | 'cleanUp'
  | 'justInTime'
  /** lnd's mission control, or Core Lightning's askrene. */
  | 'sharing'
  | 'customMessages'
  /** For programs that send them; the command never does. */
  | 'customRecords';

export interface MethodRight {
  readonly method: string;
  readonly purpose: Purpose;
  /** `lacking`: with what to ask for, as in `uri:/lnrpc.Lightning/AddInvoice`. */
  readonly verdict:
    | { readonly kind: 'allowed' }
    | { readonly kind: 'lacking'; readonly ask: string }
    | { readonly kind: 'absent' }
    | { readonly kind: 'unknown'; readonly reason: string };
}

export type Rights =
  | {
      readonly kind: 'rights';
      readonly what: 'macaroon' | 'rune';
      readonly methods: readonly MethodRight[];
      /** The command that makes one with what these purposes need. */
      readonly make: (purposes: ReadonlySet<Purpose>) => string;
    }
  /** Whoever may connect may do everything; the sentence says why. */
  | { readonly kind: 'everything'; readonly says: string };

interface Asked {
  readonly justInTime: boolean;
  /** Calls for anything else are not asked about. @defaultValue all purposes */
  readonly purpose?: Purpose;
  /** How the user names what belongs to the node. @defaultValue as options */
  readonly names?: AccessNames;
}

/** @throws NodeError where the node cannot be asked. */
export async function rightsOf(access: NodeAccess, asked: Asked): Promise<Rights> {
  switch (access.kind) {
    case 'lnd':
      return rightsOfMacaroon(access, asked);
    case 'clnrest':
      return rightsOfRune(access, asked);
    case 'cln':
      return { kind: 'everything', says: 'whoever may open the socket may do everything' };
    case 'ldk_server':
      return { kind: 'everything', says: 'the API key allows everything' };
  }
}

async function rightsOfMacaroon(access: LndAccess, asked: Asked): Promise<Rights> {
  const { lnd: address, tls: tlsCert, macaroon } = access;
  const deadlineMs = ANSWER_MS;
  const verdicts = await checkPermissions({
    ...{ address, tlsCert, macaroon },
    ...{ interceptor: asked.justInTime, deadlineMs },
    wanted: (path) => asked.purpose === undefined || lndPurpose(path) === asked.purpose,
  });
  const methods = [...verdicts].map(
    ([path, verdict]): MethodRight => ({
      method: methodName(path),
      purpose: lndPurpose(path),
      verdict: lndVerdict(verdict, path),
    }),
  );
  const make = (purposes: ReadonlySet<Purpose>): string =>
    bakeMacaroonCommand({
      planning: purposes.has('planning'),
      cleanUp: purposes.has('cleanUp'),
      justInTime: purposes.has('justInTime'),
      missionControl: purposes.has('sharing'),
      customMessages: purposes.has('customMessages'),
    });
  return { kind: 'rights', what: 'macaroon', methods, make };
}

function lndPurpose(path: GuardedMethodPath): Purpose {
  const purpose = purposeOf(path);
  return purpose === 'missionControl' ? 'sharing' : purpose;
}

const lndVerdict = (verdict: PermissionVerdict, path: string): MethodRight['verdict'] => {
  switch (verdict.kind) {
    case 'permitted':
      return { kind: 'allowed' };
    case 'denied':
      return { kind: 'lacking', ask: `${verdict.permission} (uri:${path})` };
    case 'absent':
    case 'unknown':
      return verdict;
  }
};

async function rightsOfRune(
  access: ClnrestAccess,
  { purpose, names = OPTION_NAMES }: Asked,
): Promise<Rights> {
  const rune = await checkClnrest(access, names);
  const { clnrest: restUrl, tls } = access;
  const authority = tls === undefined ? {} : { tlsCa: tls };
  const verdicts = await checkRune({
    ...{ restUrl, rune, ...authority, deadlineMs: ANSWER_MS },
    wanted: (method) => purpose === undefined || clnPurpose(method) === purpose,
  });
  const methods = [...verdicts].map(
    ([method, verdict]): MethodRight => ({
      method,
      purpose: clnPurpose(method),
      verdict: clnVerdict(verdict, method),
    }),
  );
  const make = (purposes: ReadonlySet<Purpose>): string =>
    createRuneCommand({
      planning: purposes.has('planning'),
      cleanUp: purposes.has('cleanUp'),
      askrene: purposes.has('sharing'),
      customMessages: purposes.has('customMessages'),
    });
  return { kind: 'rights', what: 'rune', methods, make };
}

function clnPurpose(method: ClnMethodName): Purpose {
  const { purpose } = CLN_METHODS[method];
  return purpose === 'askrene' ? 'sharing' : purpose;
}

const clnVerdict = (verdict: RuneVerdict, method: string): MethodRight['verdict'] =>
  verdict.kind === 'denied' ? { kind: 'lacking', ask: `method=${method}` } : verdict;
