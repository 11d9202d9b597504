import { describe, expect, test } from 'vitest';
import type { HtlcNews } from '../../../src/ports.ts';
import { parseChannelId } from '../../../src/units/ids.ts';
import { nodeError } from '../lnd/connections.ts';
import { connectTo, RpcFault, scripted } from './scripted-lightningd.ts';

/** lightningd's forwards with its two counters, and waiting for either. */
async function forwarding() {
  const lightningd = await scripted();
  const forwards: Record<string, unknown>[] = [];
  const counters: Record<string, number> = { created: 40, updated: 90 };
  const waiting = new Set<() => void>();
  const bump = (name: string): number => {
    counters[name]!++;
    for (const wake of [...waiting]) wake();
    return counters[name]!;
  };
  lightningd.on('wait', async ({ subsystem, indexname, nextvalue }) => {
    if (subsystem !== 'forwards') throw new RpcFault(-32602, 'unknown subsystem');
    while (counters[indexname]! < nextvalue) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
      });
    }
    return { subsystem, [indexname]: counters[indexname] };
  });
  lightningd.on('listforwards', ({ index, start, limit }) => {
    const key = `${index}_index`;
    const listed = forwards
      .filter((forward) => Number(forward[key] ?? 0) >= start)
      .sort((a, b) => Number(a[key]) - Number(b[key]));
    return { forwards: listed.slice(0, limit) };
  });
  const offer = (fields: object = {}): Record<string, unknown> => {
    const forward = {
      in_channel: '101x1x0',
      in_htlc_id: 5,
      out_channel: '102x1x0',
      out_htlc_id: 6,
      in_msat: 1_001_000,
      out_msat: 1_000_000,
      fee_msat: 1_000,
      status: 'offered',
      received_time: 1_700_000_000.125,
      ...fields,
      created_index: counters['created']! + 1,
    };
    forwards.push(forward);
    bump('created');
    return forward;
  };
  const change = (forward: Record<string, unknown>, fields: object): void => {
    Object.assign(forward, { resolved_time: 1_700_000_001.5, ...fields });
    forward['updated_index'] = counters['updated']! + 1;
    bump('updated');
  };
  const node = await connectTo(lightningd);
  const stop = new AbortController();
  const seen: HtlcNews[] = [];
  const reading = (async () => {
    for await (const news of node.htlcEvents!({ signal: stop.signal })) seen.push(news);
  })();
  // Ended by closing the node, where the test does not end it.
  reading.catch(() => {});
  await expect.poll(() => seen.length).toBe(1);
  return { lightningd, offer, change, seen, stop, reading };
}

const CIRCUIT = {
  in: { channelId: parseChannelId('101x1x0'), htlcId: 5n },
  out: { channelId: parseChannelId('102x1x0'), htlcId: 6n },
  purpose: 'forward',
};

describe('news of forwards', () => {
  test('from the offer to its end', async () => {
    const { offer, change, seen, stop, reading } = await forwarding();
    expect(seen).toEqual([{ kind: 'listening' }]);
    const settling = offer();
    await expect.poll(() => seen.length).toBe(2);
    change(settling, { status: 'settled' });
    await expect.poll(() => seen.length).toBe(4);
    const failing = offer();
    await expect.poll(() => seen.length).toBe(5);
    change(failing, { status: 'failed' });
    await expect.poll(() => seen.length).toBe(7);
    const offered = {
      ...CIRCUIT,
      kind: 'went_out',
      atMs: 1_700_000_000_125,
      amountInMsat: 1_001_000n,
      amountOutMsat: 1_000_000n,
    };
    const ended = { ...CIRCUIT, atMs: 1_700_000_001_500 };
    expect(seen.slice(1)).toEqual([
      offered,
      { ...ended, kind: 'settled' },
      { ...ended, kind: 'resolved', settled: true },
      offered,
      { ...ended, kind: 'failed_onward' },
      { ...ended, kind: 'resolved', settled: false },
    ]);
    stop.abort();
    await reading;
  });

  test('refused by ourselves: why, and what was asked for, though no amount is kept for it', async () => {
    const { offer, seen } = await forwarding();
    const none = { status: 'local_failed', out_htlc_id: undefined, out_msat: undefined };
    offer({ ...none, failcode: 0x1007 });
    offer({ ...none, failcode: 0x400a });
    offer({ ...none, failcode: 0x100c });
    offer({ ...none, failcode: undefined, out_channel: undefined });
    await expect.poll(() => seen.length).toBe(5);
    const refused = {
      ...CIRCUIT,
      out: { ...CIRCUIT.out, htlcId: 0n },
      kind: 'refused',
      atMs: 1_700_000_000_125,
      amountInMsat: 1_001_000n,
      amountOutMsat: 1_001_000n,
    };
    expect(seen.slice(1)).toEqual([
      { ...refused, refusal: 'INSUFFICIENT_BALANCE' },
      { ...refused, refusal: 'LINK_NOT_ELIGIBLE' },
      { ...refused, refusal: 'NO_DETAIL' },
      { ...refused, refusal: 'UNKNOWN', out: null, amountOutMsat: 0n },
    ]);
  });

  test('none is missed, however many come at once', async () => {
    const { offer, change, seen } = await forwarding();
    const forwards = Array.from({ length: 2_500 }, (_, i) => offer({ in_htlc_id: i }));
    for (const forward of forwards) change(forward, { status: 'settled' });
    const idsOf = (kind: string) =>
      seen.flatMap((news) =>
        news.kind === kind && 'in' in news && news.in !== null ? [Number(news.in.htlcId)] : [],
      );
    const all = forwards.map((_, i) => i);
    await expect.poll(() => idsOf('settled').length, { timeout: 10_000 }).toBe(2_500);
    await expect.poll(() => idsOf('went_out').length, { timeout: 10_000 }).toBe(2_500);
    expect(idsOf('settled').sort((a, b) => a - b)).toEqual(all);
    expect(idsOf('went_out').sort((a, b) => a - b)).toEqual(all);
  });

  test('what was before is not told, and a lost connection is an error', async () => {
    const { lightningd, reading } = await forwarding();
    expect(lightningd.asked('listforwards')).toEqual([]);
    const error = nodeError(reading);
    await expect.poll(() => lightningd.asked('wait').length).toBe(4);
    lightningd.dropAll();
    expect((await error).code).toBe('unreachable');
    await expect.poll(() => lightningd.open).toBe(0);
  });

  test('leaves no connection behind', async () => {
    const { lightningd, stop, reading } = await forwarding();
    await expect.poll(() => lightningd.asked('wait').length).toBe(4);
    stop.abort();
    await reading;
    await expect.poll(() => lightningd.open).toBe(1);
  });
});

test('a lightningd that answers with older forwards for ever is left', async () => {
  const lightningd = await scripted();
  lightningd.on('wait', ({ subsystem, indexname, nextvalue }) => ({
    subsystem,
    [indexname]: nextvalue === 0 ? 40 : nextvalue,
  }));
  const forward = { created_index: 3, updated_index: 3, in_channel: '1x1x1', status: 'offered' };
  const rest = { in_msat: 5, received_time: 1.5 };
  lightningd.on('listforwards', () => ({ forwards: Array(1_000).fill({ ...forward, ...rest }) }));
  const node = await connectTo(lightningd);
  const reading = (async () => {
    for await (const _ of node.htlcEvents!({ signal: new AbortController().signal }));
  })();
  expect(await nodeError(reading)).toMatchObject({
    code: 'rpc',
    message: /from before those asked/,
  });
});
