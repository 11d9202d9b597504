/** Keeps forwards at a given node for as long as a scenario needs, by a plugin that the node runs meanwhile. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RealDirection, RealNode } from './real-network.ts';

const PLUGIN = new URL('hold-plugin.ts', import.meta.url).pathname;

/** The plugin on a node; it has to be on this machine. */
export class Plugin {
  readonly #node: RealNode;
  readonly #folder: string;
  readonly #path: string;

  private constructor(node: RealNode, folder: string) {
    this.#node = node;
    this.#folder = folder;
    this.#path = join(folder, 'ballast-hold.sh');
  }

  /** @returns why it cannot be had, where it cannot */
  static async start(node: RealNode): Promise<Plugin | string> {
    const folder = await mkdtemp(join(tmpdir(), 'ballast-interop-'));
    const plugin = new Plugin(node, folder);
    const script = `#!/bin/sh\nexec '${process.execPath}' '${PLUGIN}'\n`;
    await writeFile(plugin.#path, script, { mode: 0o755 });
    try {
      await node.rpc.call('plugin', { subcommand: 'start', plugin: plugin.#path });
      return plugin;
    } catch (error) {
      await rm(folder, { recursive: true });
      return `${node.given.name} does not run the plugin that holds payments: ${(error as Error).message}`;
    }
  }

  call<Answer>(method: string, params: object = {}): Promise<Answer> {
    return this.#node.rpc.call(method, params);
  }

  /** lightningd lets everything go on that it held. A node that has restarted does not run it any more. */
  async stop(): Promise<void> {
    await this.#node.rpc
      .call('plugin', { subcommand: 'stop', plugin: this.#path })
      .catch(() => undefined);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export class Holding {
  readonly #plugin: Plugin;

  private constructor(plugin: Plugin) {
    this.#plugin = plugin;
  }

  /** Keeps what comes in over this channel at its end. @returns why not, where it cannot be done */
  static async at({ to, scid }: RealDirection): Promise<Holding | string> {
    const plugin = await Plugin.start(to);
    if (typeof plugin === 'string') return plugin;
    await plugin.call('ballast-hold', { channel: scid });
    return new Holding(plugin);
  }

  /** The hash of the first that is kept, or an error after the given time. */
  async arrived(waitMs = 30_000): Promise<string> {
    const until = Date.now() + waitMs;
    for (;;) {
      const { hashes } = await this.#plugin.call<{ hashes: string[] }>('ballast-held');
      if (hashes.length > 0) return hashes[0]!;
      if (Date.now() > until) throw new Error(`no forward came within ${waitMs} ms`);
      await pause(20);
    }
  }

  /** All that is kept goes on, and whatever comes. Nothing happens where the node has let go by itself. */
  async letGo(): Promise<void> {
    await this.#plugin.call('ballast-let-go').catch(() => undefined);
  }

  close(): Promise<void> {
    return this.#plugin.stop();
  }
}
