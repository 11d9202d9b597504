/** Makes figures in one registry, under names that begin alike. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export interface MakeMetrics {
  counter<Label extends string = never>(terms: Terms<Label>): Counter<Label>;
  gauge<Label extends string = never>(terms: Terms<Label>): Gauge<Label>;
  histogram<Label extends string = never>(
    terms: Terms<Label> & { readonly buckets: number[] },
  ): Histogram<Label>;
  /** One that is asked for only when somebody collects. */
  asked(terms: Terms<never>, value: () => number): void;
}

interface Terms<Label extends string> {
  /** After `ballast_`. */
  readonly name: string;
  readonly help: string;
  readonly labelNames?: Label[];
}

export function makeMetrics(registry: Registry): MakeMetrics {
  const full = <T extends Terms<string>>(terms: T) => ({
    ...terms,
    name: `ballast_${terms.name}`,
    registers: [registry],
  });
  return {
    counter: (terms) => new Counter(full(terms)),
    gauge: (terms) => new Gauge(full(terms)),
    histogram: (terms) => new Histogram(full(terms)),
    asked: (terms, value) => {
      new Gauge({
        ...full(terms),
        collect() {
          this.set(value());
        },
      });
    },
  };
}

/** In sat: Prometheus reckons in doubles, and a millisatoshi more or less is of no account there. */
export const sat = (msat: bigint): number => Number(msat) / 1000;

export const seconds = (ms: number): number => ms / 1000;
