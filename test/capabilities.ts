import type { NodeCapabilities } from '../src/ports.ts';

/** Of a node that can do everything. */
export const EVERY_CAPABILITY: NodeCapabilities = {
  sendToRoute: true,
  holdInvoices: true,
  inboundFees: true,
  htlcEvents: true,
  intercept: true,
  missionControl: true,
  importMissionControl: true,
  forwardingHistory: true,
  customMessages: true,
  reasons: {},
};
