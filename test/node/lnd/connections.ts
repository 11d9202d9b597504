/** Clients of the fake that are closed, and fakes that are stopped, when the test ends. */
import { onTestFinished } from 'vitest';
import { type ConnectLndOptions, connectLnd, NodeError } from '../../../src/node/lnd/index.ts';
import type { LightningNode } from '../../../src/ports.ts';
import type { Certificate } from './certificates.ts';
import { type FakeLnd, startFakeLnd } from './fake-lnd.ts';

export const MACAROON_HEX: string = '0201036c6e64'.padEnd(80, '5a');

export async function testFake(options: { certificate?: Certificate } = {}): Promise<FakeLnd> {
  const fake = await startFakeLnd(options);
  onTestFinished(() => fake.stop());
  return fake;
}

export async function connectTo(
  fake: FakeLnd,
  options: Partial<ConnectLndOptions> = {},
): Promise<LightningNode> {
  const node = await connectLnd({
    address: fake.address,
    tlsCert: fake.certificate.certPem,
    macaroon: MACAROON_HEX,
    ...options,
  });
  onTestFinished(() => node.close());
  return node;
}

/** The NodeError that the promise rejects with. */
export async function nodeError(promise: Promise<unknown>): Promise<NodeError> {
  const outcome = await promise.then(
    () => 'resolved',
    (error: unknown) => error,
  );
  if (outcome instanceof NodeError) return outcome;
  throw new Error(`expected a NodeError, got ${String(outcome)}`, { cause: outcome });
}

/** A promise that is never kept, for answers that never come. */
export const never = <T>(): Promise<T> => new Promise<T>(() => {});

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
