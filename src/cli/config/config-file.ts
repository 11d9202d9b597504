/** The file of a configuration: read, checked, and its paths made those of the machine. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { whyUnreadable } from '../../node/why-unreadable.ts';
import { UsageError } from '../exit-codes.ts';
import type { NodeAccess } from '../node-access/chosen-access.ts';
import { othersMay } from '../others-access.ts';

import type { Config } from './config.ts';
import { readConfig } from './read-config.ts';

/** All that is wrong with a configuration, a line each. */
export class ConfigError extends UsageError {
  readonly problems: readonly string[];
  /** There is no file at all, and the message says what makes one. */
  readonly missing: boolean;

  constructor(problems: readonly string[], { missing = false }: { missing?: boolean } = {}) {
    super(problems.join('\n'));
    this.problems = problems;
    this.missing = missing;
  }
}

export interface LoadedConfig {
  readonly config: Config;
  /** What is not wrong, but hardly meant. */
  readonly warnings: readonly string[];
}

/**
 * @param dryRun Make it a dry run, whatever it says.
 * @throws ConfigError where the file cannot be read, or something in it cannot be meant.
 */
export async function loadConfig(
  file: string,
  options: { readonly dryRun?: boolean } = {},
): Promise<LoadedConfig> {
  const reading = readConfig(await textOf(file), file, options);
  if (reading.kind === 'problems') throw new ConfigError(reading.problems);
  const config = withPaths(reading.config, dirname(resolve(file)));
  return { config, warnings: await warningsOf(config, file) };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const advice = missing ? '; name another with --config, or write one with `ballast init`' : '';
    throw new ConfigError([`${file} cannot be read: ${whyUnreadable(error)}${advice}`], {
      missing,
    });
  }
}

type FromFolder = <T extends string | undefined>(path: T) => T;

/** Paths are from where the file is, wherever the command was started. */
function withPaths(config: Config, folder: string): Config {
  const { node, store, log } = config;
  const from: FromFolder = (path) =>
    (path === undefined ? path : resolve(folder, path)) as typeof path;
  return {
    ...config,
    node: withNodePaths(node, from),
    store: { ...store, path: from(store.path) },
    log: { ...log, file: from(log.file) },
  };
}

function withNodePaths(node: NodeAccess, from: FromFolder): NodeAccess {
  switch (node.kind) {
    case 'lnd':
      return { ...node, tls: from(node.tls), macaroon: from(node.macaroon) };
    case 'cln':
      return { ...node, cln: from(node.cln), ...withGossipStore(node, from) };
    case 'clnrest': {
      const authority = node.tls === undefined ? {} : { tls: from(node.tls) };
      return { ...node, rune: from(node.rune), ...authority, ...withGossipStore(node, from) };
    }
    case 'ldk_server':
      return { ...node, tls: from(node.tls), apiKey: from(node.apiKey) };
  }
}

const withGossipStore = (
  { gossipStore }: { readonly gossipStore?: string },
  from: FromFolder,
): { readonly gossipStore?: string } =>
  gossipStore === undefined ? {} : { gossipStore: from(gossipStore) };

/** The file that lets whoever has it act for the node, and what that allows. */
export function secretOf(
  node: NodeAccess,
): { readonly file: string; readonly power: string } | undefined {
  switch (node.kind) {
    case 'lnd':
      return { file: node.macaroon, power: 'do with the node what the macaroon permits' };
    case 'cln':
      return undefined;
    case 'clnrest':
      return { file: node.rune, power: 'do with the node what the rune allows' };
    case 'ldk_server':
      return { file: node.apiKey, power: 'do with the node whatever its owner can' };
  }
}

const OTHERS_READ = 0o004;
const OTHERS_WRITE = 0o002;
const LOOPBACK = /^(127\.|::1$|localhost$)/;

async function warningsOf(
  { node, metrics, dryRun, justInTime }: Config,
  file: string,
): Promise<string[]> {
  const warnings: string[] = [];
  const secret = secretOf(node);
  if (secret !== undefined && (await othersMay(secret.file, OTHERS_READ))) {
    warnings.push(
      `${secret.file} can be read by every user of this machine, and whoever has it can ${secret.power}: chmod 600 it`,
    );
  }
  if (await othersMay(file, OTHERS_WRITE)) {
    warnings.push(`${file} can be written by every user of this machine: chmod 644 it`);
  }
  if (metrics !== undefined && !LOOPBACK.test(metrics.host)) {
    warnings.push(
      `metrics are served on ${metrics.host}, without a password: whoever can reach it sees balances and fees`,
    );
  }
  if (dryRun && justInTime !== false) {
    warnings.push('just_in_time is enabled, but lets nothing wait in a dry run');
  }
  return warnings;
}
