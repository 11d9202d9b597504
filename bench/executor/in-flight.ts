/** Does things, a fixed number of them at a time. */

/** What all of it took: by the clock, and of the processor, all threads of this process together. */
export interface Spent {
  readonly elapsedMs: number;
  readonly processorMs: number;
}

export async function everyOneOf(
  count: number,
  { inFlight }: { readonly inFlight: number },
  perform: (index: number, place: number) => Promise<void>,
): Promise<Spent> {
  const processor = process.cpuUsage();
  const started = performance.now();
  let next = 0;
  const keepOn = async (place: number): Promise<void> => {
    while (next < count) await perform(next++, place);
  };
  await Promise.all(Array.from({ length: inFlight }, (_, place) => keepOn(place)));
  const { user, system } = process.cpuUsage(processor);
  return { elapsedMs: performance.now() - started, processorMs: (user + system) / 1000 };
}
