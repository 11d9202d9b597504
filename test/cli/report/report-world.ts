/** A month of an operator's life, drawn by a seed: what the journal, the node and past balances tell of it. */
import { type StatementRequest, statementOf } from '../../../src/accounts/statement.ts';
import type { ReportData } from '../../../src/cli/report/gather.ts';
import type {
  BalanceSample,
  ChannelBalance,
  Forward,
  JournalRecord,
  SendOutcome,
} from '../../../src/ports.ts';
import type { ChannelId } from '../../../src/units/ids.ts';
import { SeededRandom } from '../../seeded-random.ts';
import { balance } from '../../store/balance-samples.ts';
import { intent, invoice, outcome, start } from '../../store/journal-records.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** A peer may call itself anything. */
export const HOSTILE_ALIASES: readonly string[] = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `</style></title><svg onload=alert(1)>`,
  `'+\`\${alert(1)}\`&lt;b&gt;`,
  `=HYPERLINK("http://a.example","x")`,
  `\u202Eecila\u0000\u001b[31m\r\nx`,
  'W'.repeat(32),
  '',
];

export interface ReportWorld {
  readonly records: readonly JournalRecord[];
  readonly forwards: readonly Forward[];
  readonly balances: readonly BalanceSample[];
  readonly request: StatementRequest;
}

export interface WorldTerms {
  readonly seed?: number;
  readonly days?: number;
  readonly aliases?: readonly string[];
  readonly rebalances?: number;
  readonly forwards?: number;
}

export function reportWorld(terms: WorldTerms = {}): ReportWorld {
  const { seed = 5, days = 30, aliases = HOSTILE_ALIASES } = terms;
  const random = new SeededRandom(seed);
  const fromMs = Date.UTC(2026, 0, 14, 9, 30);
  const request = { fromMs, toMs: fromMs + days * DAY_MS, place: 'channel' as const };
  const channels = aliases.map((peerAlias, i) =>
    balance(i + 1, {
      channelId: String(900_000_000_000_000_000n + BigInt(i)) as ChannelId,
      peerAlias,
      capacitySat: BigInt(random.between(1, 20)) * 1_000_000n,
    }),
  );
  const times = (count: number): number[] =>
    Array.from({ length: count }, () => fromMs + Math.floor(random.next() * days * DAY_MS)).sort(
      (a, b) => a - b,
    );
  const records = times(terms.rebalances ?? 90).flatMap((atMs, i) =>
    rebalance(`r${i}`, { atMs, random, channels }),
  );
  const forwards = times(terms.forwards ?? 700).map((settledAtMs): Forward => {
    const amountOutMsat = BigInt(random.between(10_000, 2_000_000_000));
    const feeMsat = 1000n + amountOutMsat / BigInt(random.between(1500, 9000));
    return {
      settledAtMs,
      inChannelId: random.pick(channels).channelId,
      outChannelId: random.pick(channels).channelId,
      amountInMsat: amountOutMsat + feeMsat,
      amountOutMsat,
    };
  });
  return { records, forwards, balances: walks(channels, { random, request }), request };
}

export function dataOf({ records, forwards, balances, request }: ReportWorld): ReportData {
  const names = new Map(
    balances[0]?.channels.map(({ channelId, peer, peerAlias }) => [
      channelId,
      { channelId, peer, peerAlias },
    ]),
  );
  return { statement: statementOf({ records, forwards }, request), balances, names, notes: [] };
}

function rebalance(
  id: string,
  {
    atMs,
    random,
    channels,
  }: {
    readonly atMs: number;
    readonly random: SeededRandom;
    readonly channels: readonly ChannelBalance[];
  },
): JournalRecord[] {
  const from = random.pick(channels).channelId;
  const to = random.pick(channels.filter(({ channelId }) => channelId !== from)).channelId;
  const amountMsat = BigInt(random.between(50_000, 900_000)) * 1000n;
  const feeMsat = (amountMsat * BigInt(random.between(50, 700))) / 1_000_000n;
  const attempts = random.between(1, 5);
  const settles = random.chance(0.7);
  const sent = { outChannelId: from, inChannelId: to, amountMsat, feeMsat };
  const settled: SendOutcome = {
    kind: 'settled',
    preimage: new Uint8Array(32),
    attemptId: BigInt(atMs),
  };
  const records: JournalRecord[] = [
    { ...start(id), atMs },
    { ...invoice(id), atMs },
  ];
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const last = settles && attempt === attempts;
    records.push(
      { ...intent(id, attempt), ...sent, atMs },
      { ...(last ? outcome(id, attempt, settled) : outcome(id, attempt)), atMs },
    );
  }
  const paid = { movedMsat: settles ? amountMsat : 0n, feePaidMsat: settles ? feeMsat : 0n };
  return [...records, { kind: 'end', rebalanceId: id, atMs, reason: 'settled', ...paid }];
}

/** Balances that wander, an hour apart; for three days nobody looked. */
function walks(
  channels: readonly ChannelBalance[],
  { random, request }: { readonly random: SeededRandom; readonly request: StatementRequest },
): BalanceSample[] {
  const shares = channels.map(() => random.next());
  const samples: BalanceSample[] = [];
  for (let atMs = request.fromMs; atMs < request.toMs; atMs += HOUR_MS) {
    shares.forEach((share, i) => {
      shares[i] = Math.min(1, Math.max(0, share + 0.08 * (random.next() - 0.5)));
    });
    const day = (atMs - request.fromMs) / DAY_MS;
    if (day > 10 && day < 13) continue;
    samples.push({
      atMs,
      channels: channels.map((channel, i) => {
        const totalMsat = channel.capacitySat * 1000n;
        const localMsat = (totalMsat * BigInt(Math.round(1000 * shares[i]!))) / 1000n;
        return { ...channel, localMsat, remoteMsat: totalMsat - localMsat };
      }),
    });
  }
  return samples;
}
