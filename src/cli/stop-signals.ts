/** Ctrl-C, a supervisor's SIGTERM, a closed terminal's SIGHUP and the like, as a wish to stop in good order. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Wrappers such as npm pass on a Ctrl-C that the terminal has sent to everyone: within this time it is the same. */
const SAME_PRESS_MS = 1000;

export interface StopSignals {
  /** Aborts with the first wish to stop. */
  readonly signal: AbortSignal;
  /** From then on signals do what they do by default. */
  release(): void;
}

export interface StopHandlers {
  /** Whose abort is a wish to stop as well. */
  readonly also: AbortSignal;
  /** The first wish to stop. */
  readonly asked: () => void;
  /** A Ctrl-C after it. Further SIGTERM and SIGHUP change nothing: whoever sends those has SIGKILL. */
  readonly insisted: () => void;
}

export function stopSignals({ also, asked, insisted }: StopHandlers): StopSignals {
  const controller = new AbortController();
  let askedAtMs = 0;
  const ask = (): void => {
    if (controller.signal.aborted) return;
    askedAtMs = performance.now();
    asked();
    controller.abort();
  };
  const onSignal = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) ask();
    else if (name === 'SIGINT' && performance.now() - askedAtMs >= SAME_PRESS_MS) insisted();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  also.addEventListener('abort', ask, { once: true });
  if (also.aborted) ask();
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
      also.removeEventListener('abort', ask);
    },
  };
}
