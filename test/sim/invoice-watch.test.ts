import { describe, expect, it } from 'vitest';
import { circle, invoiceOf, ManualClock } from './circle.ts';

const DAY_SECONDS = 86_400;

async function statesOf(updates: AsyncIterable<{ state: string }>): Promise<string[]> {
  const states: string[] = [];
  for await (const { state } of updates) states.push(state);
  return states;
}

/** Counts the sleepers that nobody has woken or called off. */
class CountingClock extends ManualClock {
  asleep = 0;

  override async sleep(...[milliseconds, signal]: Parameters<ManualClock['sleep']>): Promise<void> {
    this.asleep++;
    await super.sleep(milliseconds, signal);
    this.asleep--;
  }
}

describe('watching an invoice', () => {
  it.each([
    ['a minute', 60],
    ['longer than a timer can count', 40 * DAY_SECONDS],
  ])('tells that %s has run out, without anybody asking', async (_what, expirySeconds) => {
    const clock = new ManualClock();
    const { alice } = circle({ clock });
    const { paymentHash } = invoiceOf(alice, { cltvDelta: 40, expirySeconds });
    const states: string[] = [];
    const ended = (async () => {
      for await (const { state } of alice.subscribeInvoice(paymentHash)!) states.push(state);
    })();
    await clock.advance(expirySeconds * 1000 - 1);
    expect(states).toEqual(['open']);
    await clock.advance(1);
    await ended;
    expect(states).toEqual(['open', 'canceled']);
  });

  it('leaves no timer behind: after the end, or when the watcher goes', async () => {
    const clock = new CountingClock();
    const { alice } = circle({ clock });
    const { paymentHash } = invoiceOf(alice);
    const stop = new AbortController();
    const stopped = statesOf(alice.subscribeInvoice(paymentHash, { signal: stop.signal })!);
    const ended = statesOf(alice.subscribeInvoice(paymentHash)!);
    expect(clock.asleep).toBe(2);
    stop.abort();
    expect(await stopped).toEqual(['open']);
    alice.cancelInvoice(paymentHash);
    expect(await ended).toEqual(['open', 'canceled']);
    await clock.advance(0);
    expect(clock.asleep).toBe(0);
    expect(await statesOf(alice.subscribeInvoice(paymentHash)!)).toEqual(['canceled']);
  });
});
