/** Where the two halves of a search meet on the lightest path so far. */
export class Junction {
  /** -1 until they meet. */
  node: number = -1;
  totalMsat: number;

  constructor(limitMsat: number) {
    this.totalMsat = limitMsat;
  }

  offer(node: number, totalMsat: number): void {
    if (totalMsat >= this.totalMsat) return;
    this.totalMsat = totalMsat;
    this.node = node;
  }
}
