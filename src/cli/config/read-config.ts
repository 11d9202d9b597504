/** A configuration from its text, or all that is wrong with it. */
import { parse, TomlError } from 'smol-toml';
import { isNodeId, tryParseChannelId } from '../../units/ids.ts';
import { accessChoice } from '../node-access/chosen-access.ts';
import { type Config, configOf, type Tables } from './config.ts';
import { contradictions } from './contradictions.ts';
import { KeyLines } from './key-lines.ts';
import { accessOptionsOf, NODE_NAMES } from './node-names.ts';
import {
  isTable,
  readTable,
  shown,
  type TableAt,
  type TableKeys,
  unknownKey,
} from './read-table.ts';
import {
  BUDGET,
  CHANNELS,
  DEMAND,
  JUST_IN_TIME,
  LIMITS,
  LOG,
  METRICS,
  NODE,
  type NodeTable,
  PLAN,
  RUN,
  STORE,
} from './sections.ts';
import { names } from './value-kinds.ts';

export type ConfigReading =
  | { readonly kind: 'config'; readonly config: Config }
  /** One line for each problem, beginning with the file and, where it is known, the line in it. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

const SECTIONS = {
  node: NODE,
  store: STORE,
  budget: BUDGET,
  limits: LIMITS,
  plan: PLAN,
  channels: CHANNELS,
  tags: {},
  run: RUN,
  demand: DEMAND,
  just_in_time: JUST_IN_TIME,
  metrics: METRICS,
  log: LOG,
} as const;

/**
 * @param file For the messages.
 * @param dryRun Make it a dry run, whatever it says.
 */
export function readConfig(
  toml: string,
  file: string,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): ConfigReading {
  let parsed: Readonly<Record<string, unknown>>;
  try {
    parsed = parse(toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [why = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    const { line, column } = error;
    return { kind: 'problems', problems: [`${file}:${line}:${column}: not TOML: ${why}`] };
  }
  const problems = new Problems(file, new KeyLines(toml));
  const read = tablesOf(parsed, problems);
  const tables = dryRun ? { ...read, run: { ...read.run, dry_run: true } } : read;
  if (problems.found.length === 0) for (const each of contradictions(tables)) problems.add(each);
  return problems.found.length > 0
    ? { kind: 'problems', problems: problems.found }
    : { kind: 'config', config: configOf(tables) };
}

export interface Problem {
  /** A table, `channels.N` for one of a list, and a key of it. */
  readonly table: string;
  readonly key: string | null;
  readonly says: string;
}

class Problems {
  readonly #file: string;
  readonly #lines: KeyLines;
  readonly #found: { readonly line: number; readonly says: string }[] = [];

  constructor(file: string, lines: KeyLines) {
    this.#file = file;
    this.#lines = lines;
  }

  /** In the order of the file. */
  get found(): readonly string[] {
    const sorted = this.#found.toSorted((a, b) => a.line - b.line);
    return sorted.map(({ line, says }) => `${this.#file}${line > 0 ? `:${line}` : ''}: ${says}`);
  }

  add({ table, key, says }: Problem): void {
    this.#found.push({ line: this.#lines.of([table, key]) ?? 0, says });
  }

  at(table: string, name: string): TableAt {
    return { name, refuse: (key, says) => this.add({ table, key, says }) };
  }
}

function tablesOf(parsed: Readonly<Record<string, unknown>>, problems: Problems): Tables {
  for (const name of Object.keys(parsed)) {
    if (Object.hasOwn(SECTIONS, name)) continue;
    // What stands before the first table has no table to be looked up in.
    const [table, key] = isTable(parsed[name]) ? [name, null] : ['', name];
    const known = { known: Object.keys(SECTIONS), what: 'table' };
    problems.add({ table, key, says: unknownKey('the configuration', name, known) });
  }
  const read = <Table>(name: string, keys: TableKeys<Table>): Table =>
    readTable(parsed[name], keys, problems.at(name, `[${name}]`));
  const tables: Tables = {
    node: read('node', NODE),
    store: read('store', STORE),
    budget: read('budget', BUDGET),
    limits: read('limits', LIMITS),
    plan: read('plan', PLAN),
    channels: rulesOf(parsed['channels'], problems),
    tags: tagsOf(parsed['tags'], problems),
    run: read('run', RUN),
    demand: read('demand', DEMAND),
    just_in_time: read('just_in_time', JUST_IN_TIME),
    metrics: read('metrics', METRICS),
    log: read('log', LOG),
  };
  assertNode(parsed['node'], problems);
  assertIds(tables, problems);
  return tables;
}

/** By what is given, whether it is sound or not: of what is not, it has been said already. */
function assertNode(table: unknown, problems: Problems): void {
  if (table !== undefined && !isTable(table)) return;
  const choice = accessChoice(accessOptionsOf((table ?? {}) as NodeTable), NODE_NAMES);
  if (choice.kind === 'access') return;
  const key = choice.field === null ? null : NODE_NAMES.of[choice.field];
  problems.add({ table: 'node', key, says: choice.says });
}

function rulesOf(rules: unknown, problems: Problems): Tables['channels'] {
  if (rules === undefined) return [];
  if (!Array.isArray(rules)) {
    const says = `channels is ${shown(rules)}; write each rule as a table of its own, under [[channels]]`;
    problems.add({ table: 'channels', key: null, says });
    return [];
  }
  return rules.map((rule, i) =>
    readTable(rule, CHANNELS, problems.at(`channels.${i}`, `[[channels]] ${i + 1}`)),
  );
}

function tagsOf(tags: unknown, problems: Problems): Tables['tags'] {
  const { refuse } = problems.at('tags', '[tags]');
  if (tags === undefined) return {};
  if (!isTable(tags)) {
    refuse(null, `[tags] is ${shown(tags)}; it must be a table`);
    return {};
  }
  const read = Object.entries(tags).map(([tag, value]) => {
    const named = names.read(value);
    if (named === undefined)
      refuse(tag, `[tags] ${shown(tag)} is ${shown(value)}; it must be ${names.what}`);
    return [tag, named ?? []] as const;
  });
  return Object.fromEntries(read);
}

/** Names of nodes and channels that are not ours, or that stand where only ids will do. */
function assertIds({ plan, just_in_time }: Tables, problems: Problems): void {
  for (const name of plan.avoid ?? []) {
    if (isNodeId(name.trim().toLowerCase()) || tryParseChannelId(name) !== undefined) continue;
    const says = `[plan] avoid names "${name}"; it must be a node id (66 hex characters) or a channel id`;
    problems.add({ table: 'plan', key: 'avoid', says });
  }
  for (const name of just_in_time.leave_out ?? []) {
    if (tryParseChannelId(name) !== undefined) continue;
    const says = `[just_in_time] leave_out names "${name}"; it must be a channel id, such as 812345x678x1`;
    problems.add({ table: 'just_in_time', key: 'leave_out', says });
  }
}
