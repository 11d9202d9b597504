/** What is wrong with a configuration whose values are all right by themselves. */
import type { Tables } from './config.ts';
import type { Problem } from './read-config.ts';

export function contradictions(tables: Tables): readonly Problem[] {
  return [
    ...ofNode(tables),
    ...ratioOrder(tables.plan, { table: 'plan', name: '[plan]' }),
    ...tables.channels.flatMap((rule, i) =>
      ratioOrder(rule, { table: `channels.${i}`, name: `[[channels]] ${i + 1}` }),
    ),
    ...ofPlan(tables),
    ...ofTimes(tables),
    ...repeatedRules(tables),
    ...ofBudget(tables),
  ];
}

/** What it would do otherwise is refused once it is connected, and nothing but this file can help. */
function ofNode({ node, run }: Tables): readonly Problem[] {
  if (node.ldk_server === undefined || run.dry_run === true) return [];
  const says =
    '[node] ldk_server can be planned for, and nothing can be sent over it: LDK Server takes no routes; set [run] dry_run = true, or start with --dry-run';
  return [{ table: 'node', key: 'ldk_server', says }];
}

interface Place {
  readonly table: string;
  readonly name: string;
}

function ratioOrder(
  given: { readonly min_ratio?: number; readonly max_ratio?: number },
  { table, name }: Place,
): readonly Problem[] {
  const { min_ratio, max_ratio } = given;
  if (min_ratio === undefined || max_ratio === undefined || min_ratio <= max_ratio) return [];
  const says = `${name} min_ratio is ${min_ratio} and max_ratio ${max_ratio}; min_ratio must not be above max_ratio`;
  return [{ table, key: 'min_ratio', says }];
}

function ofPlan({ plan, channels }: Tables): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (key: string, says: string): void => void problems.push({ table: 'plan', key, says });
  const { strategy, sources, targets, include = [], exclude = [] } = plan;
  if (strategy === 'explicit' && (sources === undefined || targets === undefined)) {
    const missing = sources === undefined ? 'sources' : 'targets';
    add(
      'strategy',
      `[plan] strategy is "explicit", which needs sources and targets; ${missing} is missing`,
    );
  }
  for (const name of include) {
    if (exclude.includes(name)) {
      add('exclude', `[plan] include and exclude both name "${name}"; keep one of them`);
    }
  }
  if (plan.amounts !== undefined && plan.min_amount !== undefined) {
    add(
      'min_amount',
      '[plan] amounts and min_amount are both given; amounts says what is the least already',
    );
  }
  const given = [plan, ...channels];
  if (plan.use === 'none' && given.every((each) => each === plan || each.use === undefined)) {
    add(
      'use',
      '[plan] use is "none" and no rule of [[channels]] says otherwise; nothing would ever be moved',
    );
  }
  return problems;
}

function ofTimes({ plan }: Tables): readonly Problem[] {
  const { quiet, max_quiet } = plan;
  if (quiet === undefined || max_quiet === undefined || quiet <= max_quiet) return [];
  const says =
    '[plan] quiet is longer than max_quiet, which is the most that it may grow to; change one of them';
  return [{ table: 'plan', key: 'quiet', says }];
}

/** Of two rules for a channel the later one counts; where both are for the same name, that is hardly meant. */
function repeatedRules({ channels }: Tables): readonly Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  for (const [i, { names, ...settings }] of channels.entries()) {
    for (const name of new Set(names.map((each) => each.trim().toLowerCase()))) {
      for (const key of Object.keys(settings)) {
        const before = seen.get(`${name} ${key}`);
        seen.set(`${name} ${key}`, i);
        if (before === undefined) continue;
        const says = `[[channels]] ${i + 1} sets ${key} of "${name}", and so does [[channels]] ${before + 1}; keep one of them`;
        problems.push({ table: `channels.${i}`, key, says });
      }
    }
  }
  return problems;
}

/** A part that may cost more than the whole is a slip of the pen. */
function ofBudget({ budget }: Tables): readonly Problem[] {
  const parts = [
    ['per_day_and_channel', 'per_day'],
    ['per_day_and_pair', 'per_day'],
    ['ever_per_channel', 'ever'],
    ['ever_per_pair', 'ever'],
  ] as const;
  return parts.flatMap(([part, whole]) => {
    const [most, all] = [budget[part], budget[whole]];
    if (most === undefined || all === undefined || most <= all) return [];
    const says = `[budget] ${part} is ${most / 1000n} and ${whole} ${all / 1000n}; a part must not be above the whole`;
    return [{ table: 'budget', key: part, says }];
  });
}
