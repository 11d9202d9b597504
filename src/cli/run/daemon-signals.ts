/** What a supervisor or a terminal tells a command that runs for long: stop, or read the configuration anew. */

/** A wrapper that passes on a Ctrl-C which its terminal has sent to everyone sends it twice: within this time it is one. */
const SAME_PRESS_MS = 1000;

export interface DaemonSignals {
  /** Aborts with the first SIGTERM or SIGINT. */
  readonly stop: AbortSignal;
  /** From then on signals do what they do by default. */
  release(): void;
}

export interface DaemonHandlers {
  /** Once, before `stop` aborts. */
  readonly stopping: () => void;
  /** A SIGTERM or SIGINT after the first. */
  readonly insisted: () => void;
  /** SIGHUP. */
  readonly reload: () => void;
}

export function daemonSignals({ stopping, insisted, reload }: DaemonHandlers): DaemonSignals {
  const controller = new AbortController();
  let askedAtMs = 0;
  const onStop = (): void => {
    if (!controller.signal.aborted) {
      askedAtMs = performance.now();
      stopping();
      controller.abort();
    } else if (performance.now() - askedAtMs >= SAME_PRESS_MS) insisted();
  };
  process.on('SIGINT', onStop);
  process.on('SIGTERM', onStop);
  process.on('SIGHUP', reload);
  return {
    stop: controller.signal,
    release: () => {
      process.off('SIGINT', onStop);
      process.off('SIGTERM', onStop);
      process.off('SIGHUP', reload);
    },
  };
}
