/** A process of its own that serves a forwarding node as lnd, and tells how long payments through it took. */
import { performance } from 'node:perf_hooks';
import { serveLnd } from '../../../src/sim/lnd/serve-lnd.ts';
import { attemptOf, circle, payAround } from '../../sim/circle.ts';

export interface Serving {
  readonly address: string;
  readonly tlsCertPem: string;
  readonly macaroonHex: string;
  /** The peer that payments leave to, and the channel. */
  readonly peer: string;
  readonly channelId: string;
}

export interface PaymentsMade {
  readonly latenciesMs: readonly number[];
  readonly settled: number;
}

/** What the parent asks for. */
export interface PayOrder {
  readonly payments: number;
  readonly gapMs: number;
}

const world = circle();
const served = await serveLnd(world.network, world.bob.nodeId);
const { address, tlsCertPem, macaroonHex } = served;
process.send?.({
  address,
  tlsCertPem,
  macaroonHex,
  peer: world.carol.nodeId,
  channelId: world.channels[1],
} satisfies Serving);

process.on('message', ({ payments, gapMs }: PayOrder) => void payAll(payments, gapMs));
process.on('disconnect', () => process.exit(0));

async function payAll(payments: number, gapMs: number): Promise<void> {
  const latenciesMs: number[] = [];
  const states: string[] = [];
  const running: Promise<void>[] = [];
  for (let i = 0; i < payments; i++) {
    const beganMs = performance.now();
    const payment = attemptOf(payAround(world, { amountMsat: 500_000n })).then(({ state }) => {
      latenciesMs.push(performance.now() - beganMs);
      states.push(state);
    });
    running.push(payment);
    await new Promise((resolve) => setTimeout(resolve, gapMs));
  }
  await Promise.all(running);
  const settled = states.filter((state) => state === 'settled').length;
  process.send?.({ latenciesMs, settled } satisfies PaymentsMade);
}
