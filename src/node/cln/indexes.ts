/** How far lightningd has counted: `wait` for nothing new answers at once. */
import type { ClnCalls } from './cln-calls.ts';
import { resultOf } from './cln-calls.ts';
import { ClnObject } from './cln-object.ts';
import { RPC_CODES } from './cln-rpc-error.ts';

export interface CountedIndex {
  readonly subsystem: 'forwards' | 'htlcs';
  readonly indexname: 'created' | 'updated';
}

/** 0 where there was nothing yet; `undefined` where this lightningd does not count such things. */
export async function currentIndex(
  calls: ClnCalls,
  index: CountedIndex,
): Promise<bigint | undefined> {
  const end = await calls.attempt('wait', { ...index, nextvalue: 0 }, { lane: 'quick' });
  const isUnknown =
    end.kind === 'error' &&
    (end.code === RPC_CODES.invalidParams || end.code === RPC_CODES.methodNotFound);
  if (isUnknown) return undefined;
  return new ClnObject('wait', resultOf('wait', end)).optionalBig(index.indexname) ?? 0n;
}
