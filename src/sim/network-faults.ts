/** What may go wrong in a simulated network, and how its nodes may stray from the usual; part of `SimulatedNetwork`. */
import type { ChannelId, NodeId, PaymentHash } from '../units/ids.ts';
import type { HtlcKey, SimulatedChannel } from './channel.ts';
import { gateRulesOf } from './gate-rules.ts';
import type { ForwardingWays, InterceptionWays, NodeStreamFaults } from './network-records.ts';
import type { NetworkState, NodeState } from './network-state.ts';
import { StreamDisorder } from './stream-disorder.ts';

export class NetworkFaults {
  /** @internal */
  protected readonly state: NetworkState;

  constructor(state: NetworkState) {
    this.state = state;
  }

  /** HTLCs on an offline node's channels stay where they are until it is back. Its links then start again. */
  setOnline(nodeId: NodeId, online: boolean): void {
    const node = this.state.node(nodeId);
    if (node.online === online) return;
    node.online = online;
    this.state.tell({ kind: 'online', nodeId, online });
    if (!online) return;
    for (const channel of node.channels) {
      if (this.state.linkWorks(channel)) this.#offerAgain(channel);
    }
    this.state.resumeParked();
  }

  /** Whether a node is reachable. @throws RangeError where there is no such node. */
  isOnline(nodeId: NodeId): boolean {
    return this.state.node(nodeId).online;
  }

  /** Both ends online and the link able to carry HTLCs. */
  isActive(channelId: ChannelId): boolean {
    return this.state.linkWorks(this.state.channel(channelId));
  }

  /** A link that is down takes no HTLCs, and those on it stay where they are. One that comes up starts again. */
  setLinkUp(channelId: ChannelId, up: boolean): void {
    const channel = this.state.channel(channelId);
    if (channel.up === up) return;
    channel.up = up;
    this.state.tell({ kind: 'link', channelId, up });
    if (!up) return;
    if (this.state.linkWorks(channel)) this.#offerAgain(channel);
    this.state.resumeParked();
  }

  /** lnd's `processRemoteAdds`: a link that starts hands the switch again whatever it has not answered off chain. */
  #offerAgain(channel: SimulatedChannel): void {
    for (const htlc of [...channel.htlcs]) {
      const node = this.state.peerOn(channel, channel.ends[htlc.from]);
      if (htlc.passage?.onChain === false) node.gate?.offer(htlc.passage, { again: true });
    }
  }

  /**
   * The contract court of `nodeId` offers an HTLC that arrived over `circuit.channelId` to the interceptor, as lnd does
   * once the incoming channel has gone on chain. From then on it can be settled but neither resumed nor failed, and it
   * goes back when it expires. Only that is modelled: the channel itself stays open.
   *
   * @throws RangeError when no such HTLC is pending, or it has not reached the node's switch.
   */
  offerOnChain(nodeId: NodeId, circuit: HtlcKey): void {
    const channel = this.state.channel(circuit.channelId);
    const own = channel.endOf(nodeId);
    const htlc = [...channel.htlcs].find(
      ({ from, index }) => from !== own && index === circuit.index,
    );
    if (htlc === undefined || htlc.passage === null) {
      throw new RangeError(
        `node ${nodeId} has no forward that came in as HTLC ${circuit.index} of channel ${circuit.channelId}`,
      );
    }
    this.state.gateOf(nodeId).offerOnChain(htlc.passage);
  }

  /** How the node deals with its interceptor; what is left out stays. */
  setInterception(nodeId: NodeId, ways: InterceptionWays): void {
    const gate = this.state.gateOf(nodeId);
    const { version } = ways;
    if (ways.required !== undefined) gate.required = ways.required;
    if (version !== undefined) gate.rules = () => gateRulesOf(version());
  }

  /** Breaks the connection of the node's interceptor. False where there is none. */
  cutInterceptor(nodeId: NodeId): boolean {
    return this.state.node(nodeId).gate?.cut() ?? false;
  }

  /** Whether a node forwards only while a client intercepts. @throws RangeError where there is no such node. */
  requiresInterceptor(nodeId: NodeId): boolean {
    return this.state.node(nodeId).gate?.required ?? false;
  }

  /**
   * How the node's streams lose, repeat and delay what they tell; what is left out is told faithfully. HTLC events change
   * at once, and those kept back come out; graph updates change for those who subscribe from now on.
   */
  setStreamFaults(nodeId: NodeId, faults: NodeStreamFaults): void {
    const node = this.state.node(nodeId);
    node.graphFaults = faults.graph ?? {};
    node.setEventFaults(faults.htlcEvents, this.state.random.fork(`events of ${nodeId}`));
  }

  /** For one reader of the node's graph updates, with the faults that are set now. @internal */
  graphDisorder<T>(nodeId: NodeId): StreamDisorder<T> {
    const faults = this.state.node(nodeId).graphFaults;
    return new StreamDisorder(faults, this.state.random.fork(`graph of ${nodeId}`));
  }

  /** The node takes this long over each message: an HTLC offered to it, settled to it or failed to it. */
  setDelay(nodeId: NodeId, milliseconds: number): void {
    this.state.node(nodeId).delayMs = milliseconds;
  }

  /** From now on the node neither forwards, settles nor fails HTLCs that arrive: all of them, or those of one hash. */
  holdHtlcsAt(nodeId: NodeId, filter: { readonly paymentHash?: PaymentHash } = {}): void {
    const { paymentHash } = filter;
    this.state.node(nodeId).holds = (hash) => paymentHash === undefined || hash === paymentHash;
  }

  /**
   * Ends the hold. What was held goes on, or fails: TEMPORARY_CHANNEL_FAILURE from a forwarder,
   * INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS from the last node. Returns how many HTLCs were held.
   */
  releaseHtlcs(nodeId: NodeId, action: 'resume' | 'fail' = 'resume'): number {
    const node = this.state.node(nodeId);
    node.holds = null;
    const held = node.held.splice(0);
    for (const htlc of held) this.state.queue.run(htlc[action], 0);
    return held.length;
  }

  /** What is left out stays. */
  setForwarding(nodeId: NodeId, ways: Partial<ForwardingWays>): void {
    const node: NodeState = this.state.node(nodeId);
    node.ways = { ...node.ways, ...ways };
  }

  /** lnd's `--allow-circular-route`: the node forwards back over the channel an HTLC came by. Default false. */
  setAllowCircularRoute(nodeId: NodeId, allow: boolean): void {
    this.state.node(nodeId).allowCircularRoute = allow;
  }
}
