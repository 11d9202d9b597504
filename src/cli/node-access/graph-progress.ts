/** How far the graph has come, where it is loaded record by record. */
import type { GraphProgress } from '../../node/ldk-server/index.ts';
import type { Output } from '../output.ts';
import { grouped } from '../render/figures.ts';

/** Channels between two lines of progress. */
const TELL_EVERY = 1_000;

export function tellGraphProgress(output: Output): (progress: GraphProgress) => void {
  let told = 0;
  return ({ nodes, channels, done }) => {
    if (!done && channels < told + TELL_EVERY) return;
    told = channels;
    const text = `Loaded ${grouped(channels)} channels, the graph around ${grouped(nodes)} nodes`;
    output.progress(done ? `${text}.` : `${text} so far.`);
  };
}
