import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/cli/config/read-config.ts';

const NODE = ['[node]', 'lnd = "127.0.0.1:10009"', 'tls = "tls.cert"', 'macaroon = "x.macaroon"'];
const SOUND = [...NODE, '[budget]', 'per_day = 5000'];

/** Lines after those that every configuration needs: the first of them is line 7. */
const problemsOf = (...lines: readonly string[]): readonly string[] =>
  problemsIn([...SOUND, ...lines].join('\n'));

function problemsIn(toml: string): readonly string[] {
  const reading = readConfig(toml, 'b.toml');
  return reading.kind === 'problems' ? reading.problems : [];
}

describe('what is wrong with a configuration', () => {
  it('is nothing where there is nothing', () => {
    expect(problemsOf()).toEqual([]);
  });

  it.each<[string, readonly string[], string]>([
    [
      'a key of another type',
      ['[run]', 'dry_run = "yes"'],
      'b.toml:8: [run] dry_run is "yes"; it must be true or false',
    ],
    [
      'a number that is out of range',
      ['[plan]', 'max_moves = 0'],
      'b.toml:8: [plan] max_moves is 0; it must be a whole number from 1 to 1,000',
    ],
    [
      'a number that is none',
      ['[plan]', 'target_ratio = nan'],
      'b.toml:8: [plan] target_ratio is NaN; it must be a number from 0 to 1',
    ],
    [
      'a fraction of a satoshi',
      ['[plan]', 'min_amount = 1000.5'],
      'b.toml:8: [plan] min_amount is 1000.5; it must be a whole number of satoshis from 1 to 4,503,599,627,370',
    ],
    [
      'a share in per cent',
      ['[plan]', 'max_ratio = 80'],
      'b.toml:8: [plan] max_ratio is 80; it must be a number from 0 to 1',
    ],
    [
      'a misspelt key',
      ['[plan]', 'max_fee_pmm = 500'],
      'b.toml:8: [plan] has no key "max_fee_pmm"; did you mean "max_fee_ppm"? its keys are strategy, use, target_ratio, min_ratio, max_ratio, max_fee_ppm, earned_share, cool_down, include, exclude, sources, targets, horizon, fill_ahead, forecast_share, history, half_life, amounts, min_amount, min_benefit, attempt_cost, attempt_cost_ppm, max_moves, quiet, max_quiet, max_cltv_blocks, avoid',
    ],
    [
      'a key that is like no other',
      ['[metrics]', 'password = "x"'],
      'b.toml:8: [metrics] has no key "password"; its keys are listen',
    ],
    [
      'a misspelt table',
      ['[budgets]', 'per_day = 5'],
      'b.toml:7: the configuration has no table "budgets"; did you mean "budget"? its tables are node, store, budget, limits, plan, channels, tags, run, demand, just_in_time, metrics, log',
    ],
    [
      'a table that is none',
      ['[plan]', '[[run]]', 'interval = "5m"'],
      'b.toml:8: [run] is [a table]; it must be a table',
    ],
    [
      'a time without a unit',
      ['[run]', 'interval = 600'],
      'b.toml:8: [run] interval is 600; it must be a time from "1s" to "1d": a whole number and a unit, s, m, h or d',
    ],
    [
      'a time with another unit',
      ['[run]', 'interval = "10 min"'],
      'b.toml:8: [run] interval is "10 min"; it must be a time from "1s" to "1d": a whole number and a unit, s, m, h or d',
    ],
    [
      'a time that is too long',
      ['[run]', 'interval = "2d"'],
      'b.toml:8: [run] interval is "2d"; it must be a time from "1s" to "1d": a whole number and a unit, s, m, h or d',
    ],
    [
      'an amount below a millisatoshi',
      ['[plan]', 'attempt_cost = 0.0005'],
      'b.toml:8: [plan] attempt_cost is 0.0005; it must be a number of satoshis from 0 to 10,000,000, with three decimals at most',
    ],
    [
      'a choice that there is not',
      ['[plan]', 'strategy = "cheap"'],
      'b.toml:8: [plan] strategy is "cheap"; it must be "economic", "balance" or "explicit"',
    ],
    [
      'names that are none',
      ['[plan]', 'exclude = [812345, ""]'],
      'b.toml:8: [plan] exclude is [812345, ""]; it must be a name in quotes, or a list of such: channel ids, node ids, aliases or tags',
    ],
    [
      'a list of nothing',
      ['[plan]', 'amounts = []'],
      'b.toml:8: [plan] amounts is []; it must be a list of one to eight amounts, each a whole number of satoshis from 1 to 4,503,599,627,370',
    ],
    [
      'an address without a port',
      ['[metrics]', 'listen = "127.0.0.1"'],
      'b.toml:8: [metrics] listen is "127.0.0.1"; it must be an address with a port, such as "127.0.0.1:9464"',
    ],
    [
      'a table in the place of an address',
      ['[metrics]', 'listen = { host = "127.0.0.1" }'],
      'b.toml:8: [metrics] listen is a table; it must be an address with a port, such as "127.0.0.1:9464"',
    ],
    [
      'a key of endless length',
      ['[metrics]', `${'k'.repeat(5_000)} = 1`],
      `b.toml:8: [metrics] has no key "${'k'.repeat(59)}…"; its keys are listen`,
    ],
    [
      'a rule for nobody',
      ['[[channels]]', 'names = "a"', '[[channels]]', 'max_fee_ppm = 5'],
      'b.toml:9: [[channels]] 2 names is missing; it must be a name in quotes, or a list of such: channel ids, node ids, aliases or tags',
    ],
    [
      'a rule with a misspelt key',
      ['[[channels]]', 'names = "a"', 'cooldown = "1d"'],
      'b.toml:9: [[channels]] 1 has no key "cooldown"; did you mean "cool_down"? its keys are names, use, target_ratio, min_ratio, max_ratio, max_fee_ppm, earned_share, cool_down',
    ],
    [
      'a single table of rules',
      ['[channels]', 'names = "a"'],
      'b.toml:7: channels is a table; write each rule as a table of its own, under [[channels]]',
    ],
    [
      'a tag for nothing',
      ['[tags]', 'sinks = []', 'sources = 5'],
      'b.toml:9: [tags] "sources" is 5; it must be a name in quotes, or a list of such: channel ids, node ids, aliases or tags',
    ],
    [
      'an alias where only ids will do',
      ['[plan]', 'avoid = ["ACINQ"]'],
      'b.toml:8: [plan] avoid names "ACINQ"; it must be a node id (66 hex characters) or a channel id',
    ],
    [
      'an alias where only channel ids will do',
      ['[just_in_time]', 'enabled = true', 'leave_out = "ACINQ"'],
      'b.toml:9: [just_in_time] leave_out names "ACINQ"; it must be a channel id, such as 812345x678x1',
    ],
  ])('%s', (_what, lines, problem) => {
    expect(problemsOf(...lines)).toEqual([problem]);
  });

  it.each<[string, readonly string[], string]>([
    [
      'of a channel',
      ['[plan]', 'min_ratio = 0.8', 'max_ratio = 0.2'],
      'b.toml:8: [plan] min_ratio is 0.8 and max_ratio 0.2; min_ratio must not be above max_ratio',
    ],
    [
      'of a rule',
      ['[[channels]]', 'names = "a"', 'max_ratio = 0.2', 'min_ratio = 0.8'],
      'b.toml:10: [[channels]] 1 min_ratio is 0.8 and max_ratio 0.2; min_ratio must not be above max_ratio',
    ],
    [
      'of strategy and lists',
      ['[plan]', 'strategy = "explicit"', 'sources = "a"'],
      'b.toml:8: [plan] strategy is "explicit", which needs sources and targets; targets is missing',
    ],
    [
      'of lists',
      ['[plan]', 'include = ["a", "b"]', 'exclude = "b"'],
      'b.toml:9: [plan] include and exclude both name "b"; keep one of them',
    ],
    [
      'of amounts',
      ['[plan]', 'amounts = [100000]', 'min_amount = 50000'],
      'b.toml:9: [plan] amounts and min_amount are both given; amounts says what is the least already',
    ],
    [
      'of times',
      ['[plan]', 'quiet = "2h"', 'max_quiet = "1h"'],
      'b.toml:8: [plan] quiet is longer than max_quiet, which is the most that it may grow to; change one of them',
    ],
    [
      'of limits',
      ['per_day_and_pair = 6000'],
      'b.toml:7: [budget] per_day_and_pair is 6000 and per_day 5000; a part must not be above the whole',
    ],
    [
      'of a use that leaves none',
      ['[plan]', 'use = "none"'],
      'b.toml:8: [plan] use is "none" and no rule of [[channels]] says otherwise; nothing would ever be moved',
    ],
    [
      'of two rules for the same name',
      [
        '[[channels]]',
        'names = ["a", "812345x1x1"]',
        'max_fee_ppm = 5',
        '[[channels]]',
        'names = ["812345X1X1"]',
        'use = "target"',
        'max_fee_ppm = 6',
      ],
      'b.toml:13: [[channels]] 2 sets max_fee_ppm of "812345x1x1", and so does [[channels]] 1; keep one of them',
    ],
  ])('a contradiction %s', (_what, lines, problem) => {
    expect(problemsOf(...lines)).toEqual([problem]);
  });

  it('what must be there and is not', () => {
    expect(problemsIn('')).toEqual([
      'b.toml: [budget] per_day is missing; it must be a whole number of satoshis from 0 to 2,100,000,000,000,000',
      'b.toml: [node] names no node; give lnd with tls and macaroon, cln, clnrest with rune_file or ldk_server with tls and api_key',
    ]);
  });

  it('a negative budget', () => {
    expect(problemsIn([...NODE, '[budget]', 'per_day = -5'].join('\n'))).toEqual([
      'b.toml:6: [budget] per_day is -5; it must be a whole number of satoshis from 0 to 2,100,000,000,000,000',
    ]);
  });

  it('all of it at once, in the order of the file', () => {
    const problems = problemsOf('[run]', 'interval = 5', '[plan]', 'use = "x"', 'history = 1');
    expect(problems.map((problem) => /^b\.toml:(\d+): (\S+ \S+)/.exec(problem)?.slice(1))).toEqual([
      ['8', '[run] interval'],
      ['10', '[plan] use'],
      ['11', '[plan] history'],
    ]);
  });

  it.each<[string, string, string]>([
    ['text that is no TOML', '[node\n', 'b.toml:1:6: not TOML: '],
    ['a key that is given twice', 'a = 1\na = 2\n', 'b.toml:2:1: not TOML: '],
    ['a number beyond all bounds', 'a = 99999999999999999999\n', 'b.toml:1:5: not TOML: '],
  ])('%s', (_what, toml, begins) => {
    const [problem, ...more] = problemsIn(toml);
    expect(problem!.startsWith(begins), problem).toBe(true);
    expect(problem!.length).toBeGreaterThan(begins.length);
    expect(problem).not.toContain('\n');
    expect(more).toEqual([]);
  });
});

describe('what is wrong with the node of a configuration', () => {
  const problemsWith = (...node: readonly string[]): readonly string[] =>
    problemsIn(['[budget]', 'per_day = 5000', '[node]', ...node].join('\n'));
  const LND = 'lnd = "h:1"';
  const TLS = 'tls = "t"';

  it.each<[string, readonly string[], string]>([
    [
      'no system',
      [],
      'b.toml:3: [node] names no node; give lnd with tls and macaroon, cln, clnrest with rune_file or ldk_server with tls and api_key',
    ],
    [
      'two systems',
      [LND, TLS, 'macaroon = "m"', 'cln = "s"'],
      'b.toml:7: [node] lnd and cln both name a node; keep one of them',
    ],
    [
      'two ways to one',
      ['clnrest = "u"', 'cln = "s"', 'rune_file = "r"'],
      'b.toml:4: [node] cln and clnrest both name a node; keep one of them',
    ],
    ['no macaroon', [TLS, LND], 'b.toml:5: [node] macaroon is missing; lnd needs it'],
    ['nothing else', [LND], 'b.toml:4: [node] tls and macaroon are missing; lnd needs them'],
    [
      'no rune',
      ['clnrest = "https://h"', TLS],
      'b.toml:4: [node] rune_file is missing; clnrest needs it',
    ],
    [
      'no key',
      ['ldk_server = "h:2"', TLS],
      'b.toml:4: [node] api_key is missing; ldk_server needs it',
    ],
    [
      'what belongs to another',
      ['cln = "s"', 'api_key = "k"'],
      'b.toml:5: [node] api_key does not belong to cln; leave it out',
    ],
    [
      'parts alone',
      ['gossip_store = "g"'],
      'b.toml:4: [node] gossip_store belongs to cln or clnrest, and no node is named',
    ],
    [
      'a rune that would stand in the file',
      ['clnrest = "https://h"', 'rune = "r"', 'rune_file = "r"'],
      'b.toml:5: [node] has no key "rune"; its keys are lnd, tls, macaroon, cln, clnrest, rune_file, gossip_store, ldk_server, api_key',
    ],
    [
      'an address that is none, which is not missing as well',
      ['cln = 5'],
      "b.toml:4: [node] cln is 5; it must be the path of lightningd's socket",
    ],
    [
      'a node over which nothing can be sent',
      ['ldk_server = "h:2"', TLS, 'api_key = "k"'],
      'b.toml:4: [node] ldk_server can be planned for, and nothing can be sent over it: LDK Server takes no routes; set [run] dry_run = true, or start with --dry-run',
    ],
  ])('%s', (_what, node, problem) => {
    expect(problemsWith(...node)).toEqual([problem]);
  });

  it('is a list of nodes', () => {
    expect(problemsIn('[[node]]\ncln = "s"\n[budget]\nper_day = 5')).toEqual([
      'b.toml:1: [node] is [a table]; it must be a table',
    ]);
  });
});

describe('the node of a configuration', () => {
  const nodeOf = (lines: readonly string[], options?: { readonly dryRun: boolean }): unknown => {
    const toml = ['[budget]', 'per_day = 5000', '[node]', ...lines].join('\n');
    const reading = readConfig(toml, 'b.toml', options);
    return reading.kind === 'config' ? reading.config.node : reading.problems;
  };
  const ldk = ['ldk_server = "h:2"', 'tls = "t"', 'api_key = "k"'];
  const ldkAccess = { kind: 'ldk_server', ldkServer: 'h:2', tls: 't', apiKey: 'k' };

  it('is lnd, Core Lightning by socket or clnrest, or, in a dry run, LDK Server', () => {
    expect(nodeOf(['cln = "s"', 'gossip_store = "g"'])).toEqual({
      kind: 'cln',
      cln: 's',
      gossipStore: 'g',
    });
    expect(nodeOf(['clnrest = "https://h"', 'rune_file = "r"', 'tls = "t"'])).toEqual({
      kind: 'clnrest',
      clnrest: 'https://h',
      rune: 'r',
      tls: 't',
    });
    expect(nodeOf([...ldk, '[run]', 'dry_run = true'])).toEqual(ldkAccess);
    expect(nodeOf(ldk, { dryRun: true })).toEqual(ldkAccess);
  });
});

describe('what a configuration says', () => {
  it('is the engine’s in other words', () => {
    const toml = [
      ...NODE,
      '[store]',
      'path = "j.db"',
      'max_mb = 500',
      '[budget]',
      'per_day = 5_000',
      'per_day_and_channel = 1000',
      'ever_per_pair = 20',
      '[limits]',
      'rebalances_at_once = 2',
      'grace = "30s"',
      '[plan]',
      'strategy = "balance"',
      'target_ratio = 0.4',
      'exclude = "812345x1x1"',
      'horizon = "14d"',
      'fill_ahead = "6h"',
      'amounts = [100_000, 200_000]',
      'min_benefit = 20',
      'attempt_cost = 3.25',
      'avoid = ["812345x9x0", "020000000000000000000000000000000000000000000000000000000000000001"]',
      '[[channels]]',
      'names = "sinks"',
      'max_fee_ppm = 800',
      'cool_down = "12h"',
      '[tags]',
      'sinks = ["a", "b"]',
      '[run]',
      'interval = "5m"',
      'max_moves = 3',
      'dry_run = true',
      '[demand]',
      'watch = false',
      '[just_in_time]',
      'enabled = true',
      'hold = "4s"',
      'stake = 30',
      '[metrics]',
      'listen = "[::1]:9464"',
      '[log]',
      'level = "debug"',
    ].join('\n');
    const reading = readConfig(toml, 'b.toml');
    expect(reading).toEqual({
      kind: 'config',
      config: {
        node: { kind: 'lnd', lnd: '127.0.0.1:10009', tls: 'tls.cert', macaroon: 'x.macaroon' },
        store: { path: 'j.db', maxBytes: 500_000_000 },
        budget: {
          perDay: { allMsat: 5_000_000n, perChannelMsat: 1_000_000n },
          ever: { perPairMsat: 20_000n },
        },
        limits: { maxConcurrent: 2, graceMs: 30_000 },
        plan: {
          strategy: 'balance',
          settings: { targetRatio: 0.4 },
          rules: [{ channels: ['sinks'], maxFeePpm: 800, coolDownMs: 43_200_000 }],
          tags: { sinks: ['a', 'b'] },
          exclude: ['812345x1x1'],
          horizonMs: 14 * 86_400_000,
          fillAheadMs: 6 * 3_600_000,
          amountsMsat: [100_000_000n, 200_000_000n],
          minBenefitMsat: 20_000n,
          attemptCostMsat: 3250n,
          avoid: {
            nodes: ['020000000000000000000000000000000000000000000000000000000000000001'],
            channels: ['893182773266284544'],
          },
        },
        run: { intervalMs: 300_000, maxMovesPerRound: 3, watchDemand: false },
        dryRun: true,
        justInTime: { holdMs: 4000, stakeMsat: 30_000n },
        metrics: { host: '::1', port: 9464 },
        log: { level: 'debug', file: undefined },
      },
    });
  });
});
