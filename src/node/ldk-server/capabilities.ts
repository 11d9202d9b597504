/** What LDK Server can and cannot do, and why. */
import type { Capability, NodeCapabilities } from '../../ports.ts';
import { NodeError } from '../node-error.ts';

const NO_ROUTES =
  'LDK Server has no call that takes a route or names a first or last channel, its router refuses routes to itself, and it refuses to pay an invoice of its own; take the priced plan as advice, and change fees or splice instead (see levers), or send over lnd or Core Lightning';

type Missing = Exclude<Capability, 'missionControl' | 'forwardingHistory'>;

const REASONS: Readonly<Record<Missing, string>> = {
  sendToRoute: NO_ROUTES,
  holdInvoices: 'Ballast holds invoices for payments to ourselves, which LDK Server cannot send',
  inboundFees:
    'LDK reads no inbound fees, so routes may turn out dearer than planned where nodes charge them',
  htlcEvents:
    'LDK Server tells forwards that succeeded and none that failed, so what was missed cannot be seen',
  intercept: 'LDK Server has no call that lets a forward wait',
  importMissionControl: 'LDK Server exports its pathfinding scores, but takes none',
  customMessages: 'LDK Server has no call for messages to peers',
};

export const CAPABILITIES: NodeCapabilities = {
  sendToRoute: false,
  holdInvoices: false,
  inboundFees: false,
  htlcEvents: false,
  intercept: false,
  missionControl: true,
  importMissionControl: false,
  forwardingHistory: true,
  customMessages: false,
  reasons: REASONS,
};

export const unsupported = (what: Missing): NodeError =>
  new NodeError('unsupported', REASONS[what]);

/** The reason, where an outcome needs it as text. */
export const reasonFor = (what: Missing): string => REASONS[what];
