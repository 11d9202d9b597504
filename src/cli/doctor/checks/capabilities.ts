/** What this kind of node cannot do, and why. */
import type { Capability } from '../../../ports.ts';
import { type Check, ok, warning } from '../check.ts';

const WORDS: Readonly<Record<Capability, string>> = {
  sendToRoute: 'send along routes',
  holdInvoices: 'hold payments, for strict arrivals',
  inboundFees: 'tell inbound fees',
  htlcEvents: 'tell forwards that failed',
  intercept: 'let forwards wait',
  missionControl: 'tell what its payments have learnt',
  importMissionControl: 'take what ours have learnt',
  forwardingHistory: 'tell its forwards',
  customMessages: 'pass on messages to peers',
};

export const capabilities: Check = {
  id: 'capabilities',
  needs: ['version'],
  look: async (setUp) => {
    const able = (await setUp.node()).capabilities;
    const missing = (Object.keys(WORDS) as Capability[]).filter((name) => !able[name]);
    if (missing.length === 0) return ok('the node can do everything that Ballast knows to use');
    const list = missing
      .map((name) => `- ${WORDS[name]}: ${able.reasons[name] ?? 'no reason is given'}`)
      .join('\n');
    return able.sendToRoute
      ? ok(`all that a rebalance needs; Ballast does without what this node cannot:\n${list}`)
      : warning(
          `this node cannot\n${list}`,
          'use it for `ballast plan`, and rebalance with --dry-run alone',
        );
  },
};
