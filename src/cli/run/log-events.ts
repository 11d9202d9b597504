/** What happens in a run, as lines of its log. */
import type { JustInTimeEvent, OperatorEvent, RebalanceReport } from '../../engine/index.ts';
import type { Log } from '../../ports.ts';

export function logEvent(event: OperatorEvent, log: Log): void {
  switch (event.kind) {
    case 'planned': {
      const { plan, durationMs, into, reasons } = event;
      const gainMsat = plan.moves.reduce((sum, { netMsat }) => sum + netMsat, 0n);
      const fields = { moves: plan.moves.length, gainMsat, durationMs };
      log.info('planned', { ...fields, ...(reasons.length === 0 ? {} : { into, reasons }) });
      return;
    }
    case 'move_started': {
      const { outChannelId, inChannelId, amountMsat, maxFeeMsat, netMsat } = event.move;
      const { rebalanceId } = event;
      const ends = { rebalanceId, outChannelId, inChannelId };
      log.info('moving', { ...ends, amountMsat, maxFeeMsat, netMsat });
      return;
    }
    case 'move_ended': {
      const { outChannelId, inChannelId } = event.move;
      log.info('moved', { outChannelId, inChannelId, ...endOf(event.report) });
      return;
    }
    case 'move_broke_off':
      log.warn('a move broke off', { rebalanceId: event.rebalanceId, reason: event.message });
      return;
    case 'resumed':
      log.info('an unfinished rebalance is followed', { rebalanceId: event.rebalanceId });
      return;
    case 'resumed_ended':
      log.info('an unfinished rebalance has ended', endOf(event.report));
      return;
    case 'progress':
      logProgress(event, log);
      return;
    case 'shortage':
      log.info('a channel is to be filled at once', {
        channelId: event.channelId,
        reason: event.reason,
      });
      return;
    case 'just_in_time':
      logForward(event.event, log);
      return;
    case 'just_in_time_failed':
      log.warn('forwards do not wait for rebalances', {
        reason: event.message,
        retryAt: new Date(event.retryAtMs).toISOString(),
      });
      return;
    case 'waiting':
      log.debug('waiting', { until: new Date(event.untilMs).toISOString() });
      return;
    case 'round_failed':
      log.warn('the round failed', {
        reason: event.message,
        failures: event.failures,
        retryAt: new Date(event.retryAtMs).toISOString(),
      });
      return;
    case 'events_missed':
      log.warn('events were missed', { count: event.count });
      return;
  }
}

function endOf({
  rebalanceId,
  outcome,
  movedMsat,
  feePaidMsat,
  attempts,
  ...rest
}: RebalanceReport) {
  const { durationMs, notes } = rest;
  const message = 'message' in outcome ? { message: outcome.message } : {};
  return {
    rebalanceId,
    outcome: outcome.kind,
    ...message,
    movedMsat,
    feePaidMsat,
    attempts: attempts.length,
    durationMs,
    ...(notes.length === 0 ? {} : { notes }),
  };
}

function logProgress(
  { rebalanceId, event }: Extract<OperatorEvent, { kind: 'progress' }>,
  log: Log,
): void {
  switch (event.kind) {
    case 'attempt_started': {
      const { attempt, paymentHash } = event;
      log.info('an attempt is sent', { rebalanceId, attempt, paymentHash });
      return;
    }
    case 'attempt_failed': {
      const { code, reason } = event.verdict;
      log.info('an attempt failed', { rebalanceId, attempt: event.report.attempt, code, reason });
      return;
    }
    case 'tracking_unknown':
      log.warn('contact was lost while a payment was under way; it is followed', {
        rebalanceId,
        attempt: event.attempt,
        reason: event.reason,
      });
      return;
    case 'waiting':
    case 'route_found':
    case 'arrival_rejected':
    case 'probe_carried':
    case 'attempt_not_sent':
    case 'repriced':
    case 'amount_shrunk':
    case 'stopping':
    case 'settled':
    case 'finished':
      log.debug('rebalance', { rebalanceId, step: event.kind });
      return;
  }
}

function logForward(event: JustInTimeEvent, log: Log): void {
  switch (event.kind) {
    case 'node_depends_on_us':
      log.warn(
        'lnd forwards nothing while Ballast is not connected (requireinterceptor): start lnd without it',
      );
      return;
    case 'interception_connected':
      log.info('forwards are offered by the node');
      return;
    case 'interception_lost':
      log.warn('forwards go on without being looked at', {
        reason: event.reason,
        retryInMs: event.retryInMs,
      });
      return;
    case 'forwards_passed':
      log.debug('forwards went on unseen', { ...event.forwards });
      return;
    case 'forward_resumed':
      log.debug('a forward went on', { circuit: event.forward.circuit, reason: event.reason });
      return;
    case 'forward_held': {
      const { circuit, inChannelId, earnsMsat, maxFeeMsat } = event.plan;
      log.info('a forward waits', { circuit, inChannelId, earnsMsat, maxFeeMsat });
      return;
    }
    case 'forward_released': {
      const { circuit, cause, heldMs, ready } = event;
      log.info('a forward that waited goes on', { circuit, cause, heldMs, ready });
      return;
    }
    case 'forward_paid_for': {
      const { circuit, rebalanceId, outcome, feePaidMsat } = event;
      log.info('the rebalance for a forward has ended', {
        circuit,
        rebalanceId,
        outcome,
        feePaidMsat,
      });
      return;
    }
    case 'forward_saved':
      log.info('a forward was saved', { circuit: event.circuit, earnedMsat: event.earnedMsat });
      return;
    case 'forward_lost':
      log.info('a forward failed further on', { circuit: event.circuit });
      return;
    case 'events_missed':
      log.warn('events of forwards were missed', { count: event.count });
      return;
  }
}
