/** What has changed in beliefs since their reader last looked. */
import type { NodeId } from '../units/ids.ts';

export class Changes {
  /** Corridors have new numbers, or all may have changed: nothing that was read holds any more. */
  everything: boolean = true;
  /** Numbers in the table of corridors. */
  readonly corridors: Set<number> = new Set();
  /** Nodes of which something was learnt that holds for all their corridors. */
  readonly nodes: Set<NodeId> = new Set();

  clear(): void {
    this.everything = false;
    this.corridors.clear();
    this.nodes.clear();
  }
}
