import { afterAll, describe, expect, it } from 'vitest';
import { serveMetrics } from '../../../src/cli/metrics/metrics-server.ts';
import { RunMetrics } from '../../../src/cli/metrics/run-metrics.ts';
import type { OperatorEvent, RebalancePlan, RebalanceReport } from '../../../src/engine/index.ts';
import { parseChannelId } from '../../../src/units/ids.ts';

const [A, B, C] = ['1', '2', '3'].map(parseChannelId) as [
  ReturnType<typeof parseChannelId>,
  ReturnType<typeof parseChannelId>,
  ReturnType<typeof parseChannelId>,
];

const planOf = (...ids: (typeof A)[]): RebalancePlan => ({
  strategy: 'economic',
  horizonMs: 1,
  fillAheadMs: 1,
  moves: [],
  leftOut: [],
  unknownNames: [],
  channels: ids.map((channelId, i) => ({
    channelId,
    peer: '02'.padEnd(66, '0') as never,
    peerAlias: 'an alias "\n{}',
    capacitySat: 100n,
    localMsat: BigInt(i + 1) * 1000n,
    remoteMsat: 5000n,
    outflowMsat: 0n,
    inflowMsat: 0n,
    localWorthPpm: 0,
    remoteWorthPpm: 0,
    earnedPpm: null,
  })),
});

const planned = (...ids: (typeof A)[]): OperatorEvent => ({
  kind: 'planned',
  plan: planOf(...ids),
  atMs: 1_700_000_000_000,
  durationMs: 300,
  into: null,
  reasons: [],
});

const hop = (channelId: typeof A, amountMsat: bigint) =>
  ({ channelId, amountMsat }) as RebalanceReport['attempts'][number]['hops'][number];

const settled = {
  outcome: { kind: 'settled', endedBy: null },
  durationMs: 4000,
  attempts: [
    { outcome: { kind: 'failed' }, hops: [], feeMsat: 0n, durationMs: 700 },
    {
      outcome: { kind: 'settled' },
      hops: [hop(A, 1_002_000n), hop(B, 1_000_000n)],
      feeMsat: 2000n,
      durationMs: 1200,
    },
  ],
} as unknown as RebalanceReport;

function metrics() {
  const left: { ever: bigint | null; perDay: bigint | null } = { ever: null, perDay: 7_500_000n };
  const run = new RunMetrics({
    dryRun: false,
    status: () => ({ underWay: ['00' as never], leftMsat: left, corridors: 42 }),
    holding: () => 3,
    now: () => 1_700_000_060_000,
  });
  return { run, left };
}

/** Samples by name and labels, as a collector reads them: each with its type and help before it. */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const types = new Set<string>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const type = /^# TYPE (\w+) (counter|gauge|histogram|summary)$/.exec(line);
    if (type !== null) {
      types.add(type[1]!);
      continue;
    }
    const sample =
      /^(\w+)(\{(?:\w+="(?:[^"\\\n]|\\.)*",?)*\})? (-?[0-9.e+-]+|[Nn]a[Nn]|\+Inf)$/.exec(line);
    if (sample === null) throw new Error(`no sample: ${line}`);
    const [, name, labels = '', value] = sample;
    const family = name!.replace(/_(bucket|sum|count)$/, '');
    expect(types.has(name!) || types.has(family), name).toBe(true);
    samples.set(`${name}${labels}`, Number(value));
  }
  return samples;
}

describe('figures', () => {
  it('are what happened', async () => {
    const { run, left } = metrics();
    run.see(planned(A, B));
    run.see({ kind: 'move_ended', move: {} as never, report: settled });
    const verdict = { code: 'TEMPORARY_CHANNEL_FAILURE', position: 'middle' };
    const report = { durationMs: 700, attempt: 1 };
    const progress = (event: object): OperatorEvent => ({
      kind: 'progress',
      rebalanceId: 'x',
      event: event as never,
    });
    run.see(progress({ kind: 'attempt_failed', report, verdict }));
    run.see(progress({ kind: 'settled', report: { durationMs: 1200 }, arrivals: [] }));
    run.see({ kind: 'round_failed', message: 'away', failures: 1, retryAtMs: 0 });
    run.see({ kind: 'shortage', channelId: B, reason: 'x' });
    const circuit = { channelId: A, htlcId: 1n };
    for (const event of [
      { kind: 'interception_connected' },
      { kind: 'forward_held', forward: {}, plan: {} },
      { kind: 'forward_released', circuit, cause: 'resumed', heldMs: 2500, ready: true },
      {
        kind: 'forward_paid_for',
        circuit,
        rebalanceId: 'j',
        outcome: 'settled',
        feePaidMsat: 500n,
      },
      { kind: 'forward_saved', circuit, earnedMsat: 1500n },
      { kind: 'forwards_passed', forwards: { unwatched: 5, late: 1 } },
    ]) {
      run.see({ kind: 'just_in_time', event: event as never });
    }
    const samples = samplesOf(await run.metrics());
    const expected = {
      'ballast_rounds_total{result="planned"}': 1,
      'ballast_rounds_total{result="failed"}': 1,
      'ballast_plan_seconds_bucket{le="0.5"}': 1,
      'ballast_plan_seconds_bucket{le="0.25"}': 0,
      ballast_last_plan_timestamp_seconds: 1_700_000_000,
      'ballast_moves_total{outcome="settled"}': 1,
      ballast_move_seconds_sum: 4,
      'ballast_attempts_total{result="failed"}': 1,
      'ballast_attempts_total{result="settled"}': 1,
      'ballast_attempt_failures_total{code="TEMPORARY_CHANNEL_FAILURE",position="middle"}': 1,
      'ballast_attempt_seconds_sum{result="settled"}': 1.2,
      'ballast_fees_paid_sat_total{channel="2"}': 2,
      'ballast_moved_sat_total{channel="1",way="out"}': 1000,
      'ballast_moved_sat_total{channel="2",way="in"}': 1000,
      'ballast_channel_balance_sat{channel="2",side="local"}': 2,
      'ballast_shortages_total{channel="2"}': 1,
      ballast_payments_under_way: 1,
      ballast_belief_corridors: 42,
      ballast_forwards_held: 3,
      'ballast_budget_left_sat{span="day"}': 7500,
      ballast_forwards_held_total: 1,
      'ballast_forwards_released_total{cause="resumed"}': 1,
      ballast_forward_hold_seconds_sum: 2.5,
      'ballast_forward_rebalances_total{outcome="settled"}': 1,
      ballast_forwards_spent_sat_total: 0.5,
      ballast_forwards_earned_sat_total: 1.5,
      'ballast_forwards_helped_total{end="settled"}': 1,
      'ballast_forwards_passed_total{reason="unwatched"}': 5,
      ballast_intercepting: 1,
      ballast_dry_run: 0,
    };
    expect(
      Object.fromEntries(Object.keys(expected).map((name) => [name, samples.get(name)])),
    ).toEqual(expected);
    expect(samples.has('ballast_budget_left_sat{span="ever"}')).toBe(false);
    left.perDay = null;
    left.ever = 1000n;
    const later = samplesOf(await run.metrics());
    expect(later.get('ballast_budget_left_sat{span="ever"}')).toBe(1);
    expect(later.has('ballast_budget_left_sat{span="day"}')).toBe(false);
  });

  it('stay bounded: channels that are gone are forgotten, and no alias is ever a label', async () => {
    const { run } = metrics();
    run.see(planned(A, B));
    run.see({ kind: 'move_ended', move: {} as never, report: settled });
    run.see({ kind: 'shortage', channelId: B, reason: 'free text' });
    run.see(planned(A, C));
    const text = await run.metrics();
    expect(text).not.toMatch(/channel="2"/);
    expect(text).toMatch(/channel="1"/);
    expect(text).toMatch(/channel="3"/);
    expect(text).not.toMatch(/alias|free text/);
    const before = samplesOf(text).size;
    for (let i = 0; i < 50; i++) {
      run.see(planned(A, parseChannelId(String(100 + i))));
      run.see({ kind: 'round_failed', message: `reason ${i}`, failures: i, retryAtMs: 0 });
    }
    run.see(planned(A, C));
    expect(samplesOf(await run.metrics()).size).toBe(before);
  });

  it('are of one run each: nothing is shared between two', async () => {
    const [one, other] = [metrics().run, metrics().run];
    one.see(planned(A));
    expect(samplesOf(await one.metrics()).get('ballast_rounds_total{result="planned"}')).toBe(1);
    expect(samplesOf(await other.metrics()).get('ballast_rounds_total{result="planned"}')).toBe(0);
  });
});

describe('the server', async () => {
  const { run } = metrics();
  const server = await serveMetrics({ host: '127.0.0.1', port: 0 }, run);
  afterAll(() => server.close());

  it('serves the figures', async () => {
    const response = await fetch(`${server.url}/metrics?x=1`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(samplesOf(await response.text()).size).toBeGreaterThan(50);
  });

  it('tells whether all goes well', async () => {
    run.see(planned(A));
    const well = await fetch(`${server.url}/health`);
    expect([well.status, await well.json()]).toEqual([
      200,
      { ok: true, lastPlanSecondsAgo: 60, failedRounds: 0, reason: null },
    ]);
    run.see({ kind: 'round_failed', message: 'away', failures: 4, retryAtMs: 0 });
    const ill = await fetch(`${server.url}/health`);
    expect([ill.status, await ill.json()]).toEqual([
      503,
      { ok: false, lastPlanSecondsAgo: 60, failedRounds: 4, reason: 'away' },
    ]);
    run.see(planned(A));
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });

  it('serves nothing else', async () => {
    expect((await fetch(`${server.url}/`)).status).toBe(404);
    expect((await fetch(`${server.url}/metrics`, { method: 'POST' })).status).toBe(405);
    const head = await fetch(`${server.url}/metrics`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('says where it cannot listen', async () => {
    const port = Number(new URL(server.url).port);
    await expect(serveMetrics({ host: '127.0.0.1', port }, run)).rejects.toThrow(
      `[metrics] listen: 127.0.0.1:${port} cannot be listened on: another program listens there; name another port`,
    );
  });
});
