/** Brings LDK's WebAssembly build up, once per process. Its memory is never given back. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Logger } from 'lightningdevkit';

export type LdkModule = typeof import('lightningdevkit');

let loading: Promise<LdkModule> | undefined;

export function loadLdk(): Promise<LdkModule> {
  loading ??= load();
  return loading;
}

async function load(): Promise<LdkModule> {
  const ldk = await import('lightningdevkit');
  const entry = createRequire(import.meta.url).resolve('lightningdevkit');
  const wasm = readFileSync(join(dirname(entry), 'liblightningjs.wasm'));
  const print = console.log;
  // The library greets on the console.
  console.log = () => {};
  try {
    await ldk.initializeWasmFromBinary(wasm);
  } finally {
    console.log = print;
  }
  return ldk;
}

/** A logger that drops everything. */
export function silentLogger(ldk: LdkModule): Logger {
  return ldk.Logger.new_impl({ log: () => {} });
}
