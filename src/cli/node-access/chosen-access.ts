/** Which node is meant, and how it is reached. */
import { UsageError } from '../exit-codes.ts';
import {
  ACCESS_FIELDS,
  type AccessField,
  type AccessNames,
  type AccessOptions,
} from './access-options.ts';
import type { NodeSystem } from './node-system.ts';

export interface LndAccess {
  readonly kind: 'lnd';
  readonly lnd: string;
  readonly tls: string;
  readonly macaroon: string;
}

interface ClnAccess {
  readonly kind: 'cln';
  readonly cln: string;
  readonly gossipStore?: string;
}

export interface ClnrestAccess {
  readonly kind: 'clnrest';
  readonly clnrest: string;
  readonly rune: string;
  readonly tls?: string;
  readonly gossipStore?: string;
}

export interface LdkServerAccess {
  readonly kind: 'ldk_server';
  readonly ldkServer: string;
  readonly tls: string;
  readonly apiKey: string;
}

export type NodeAccess = LndAccess | ClnAccess | ClnrestAccess | LdkServerAccess;

export type AccessChoice =
  | { readonly kind: 'access'; readonly access: NodeAccess }
  | {
      readonly kind: 'problem';
      /** What it is about, where it is about one that was given. */
      readonly field: AccessField | null;
      readonly says: string;
    };

type Address = 'lnd' | 'cln' | 'clnrest' | 'ldkServer';

/** By address: what else it must have, and may have. */
const PARTS: Readonly<
  Record<
    Address,
    { readonly needs: readonly AccessField[]; readonly takes: readonly AccessField[] }
  >
> = {
  lnd: { needs: ['tls', 'macaroon'], takes: [] },
  cln: { needs: [], takes: ['gossipStore'] },
  clnrest: { needs: ['rune'], takes: ['tls', 'gossipStore'] },
  ldkServer: { needs: ['tls', 'apiKey'], takes: [] },
};
const ADDRESSES = Object.keys(PARTS) as readonly Address[];

/** The node that the options name, or the first thing that is wrong with them. */
export function accessChoice(options: AccessOptions, names: AccessNames): AccessChoice {
  const given = ACCESS_FIELDS.filter((field) => options[field] !== undefined);
  const [address, another] = ADDRESSES.filter((field) => given.includes(field));
  if (address === undefined) return withoutAddress(given, names);
  const named = (field: AccessField): string => names.of[field];
  const refuse = (field: AccessField, says: string): AccessChoice => ({
    kind: 'problem',
    field,
    says: names.prefix + says,
  });
  if (another !== undefined) {
    return refuse(
      another,
      `${named(address)} and ${named(another)} both name a node; keep one of them`,
    );
  }
  const { needs, takes } = PARTS[address];
  const odd = given.find((field) => field !== address && ![...needs, ...takes].includes(field));
  if (odd !== undefined) {
    return refuse(odd, `${named(odd)} does not belong to ${named(address)}; leave it out`);
  }
  const missing = needs.filter((field) => !given.includes(field)).map(named);
  if (missing.length > 0) {
    const [are, them] = missing.length > 1 ? ['are', 'them'] : ['is', 'it'];
    return refuse(
      address,
      `${missing.join(' and ')} ${are} missing; ${named(address)} needs ${them}`,
    );
  }
  return { kind: 'access', access: accessAt(address, options) };
}

function withoutAddress(given: readonly AccessField[], names: AccessNames): AccessChoice {
  const [part] = given;
  if (part === undefined) {
    const ways = ADDRESSES.map((address) => {
      const needs = PARTS[address].needs.map((field) => names.of[field]).join(' and ');
      return names.of[address] + (needs === '' ? '' : ` with ${needs}`);
    });
    const says = `${names.prefix}${names.none}; give ${eitherOf(ways)}`;
    return { kind: 'problem', field: null, says };
  }
  const owners = ADDRESSES.filter((address) => {
    const { needs, takes } = PARTS[address];
    return needs.includes(part) || takes.includes(part);
  }).map((address) => names.of[address]);
  const says = `${names.prefix}${names.of[part]} belongs to ${eitherOf(owners)}, and no node is named`;
  return { kind: 'problem', field: part, says };
}

const eitherOf = (ways: readonly string[]): string =>
  ways.length < 2 ? ways.join() : `${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}`;

/** All that it needs is there. */
function accessAt(address: Address, options: AccessOptions): NodeAccess {
  const { tls, gossipStore } = options;
  const graph = gossipStore === undefined ? {} : { gossipStore };
  switch (address) {
    case 'lnd':
      return { kind: 'lnd', lnd: options.lnd!, tls: tls!, macaroon: options.macaroon! };
    case 'cln':
      return { kind: 'cln', cln: options.cln!, ...graph };
    case 'clnrest': {
      const authority = tls === undefined ? {} : { tls };
      const { clnrest, rune } = options;
      return { kind: 'clnrest', clnrest: clnrest!, rune: rune!, ...authority, ...graph };
    }
    case 'ldkServer':
      return {
        kind: 'ldk_server',
        ldkServer: options.ldkServer!,
        tls: tls!,
        apiKey: options.apiKey!,
      };
  }
}

/** @throws UsageError where none or more than one is named, or one in part. */
export function chosenAccess(options: AccessOptions, names: AccessNames): NodeAccess {
  const choice = accessChoice(options, names);
  if (choice.kind === 'problem') throw new UsageError(choice.says);
  return choice.access;
}

/** Whether the user means to name a node at all. */
export const namesNode = (options: AccessOptions): boolean =>
  ACCESS_FIELDS.some((field) => options[field] !== undefined);

export const systemOf = ({ kind }: NodeAccess): NodeSystem => (kind === 'clnrest' ? 'cln' : kind);
