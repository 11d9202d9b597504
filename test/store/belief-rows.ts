/** Beliefs for tests. */
import fc from 'fast-check';
import type { BeliefRow, BeliefState } from '../../src/ports.ts';
import { type NodeId, parseNodeId } from '../../src/units/ids.ts';

/** A key for a small number. */
export const nodeNumber = (n: number): NodeId =>
  parseNodeId(`02${n.toString(16).padStart(64, '0')}`);

/** Of the corridor from node `from` to node `to`: nothing is known of it but what is given. */
export const belief = (
  from: number,
  to: number,
  known: Partial<Omit<BeliefRow, 'from' | 'to'>> = {},
): BeliefRow => ({
  from: nodeNumber(from),
  to: nodeNumber(to),
  lowMsat: 0,
  lowAtMs: 0,
  highMsat: Number.POSITIVE_INFINITY,
  highAtMs: 0,
  suspectAtMs: 0,
  ...known,
});

export const rowsOnly = (...rows: readonly BeliefRow[]): BeliefState => ({ rows, models: {} });

/** In an order of their own: stores keep none. */
export const sorted = (rows: readonly BeliefRow[]): readonly BeliefRow[] =>
  [...rows].sort((a, b) => (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1));

const figure = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 2 ** 41 }),
  fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);

const date = fc.oneof(
  fc.constant(0),
  fc.double({ min: 0, max: 8_640_000_000_000_000, noNaN: true }).map((value) => value + 0),
);

/** Few nodes, so that corridors meet; figures over their whole range. */
export const anyBeliefs: fc.Arbitrary<BeliefState> = fc.record({
  rows: fc.array(
    fc
      .record({
        from: fc.integer({ min: 1, max: 4 }),
        to: fc.integer({ min: 5, max: 8 }),
        back: fc.boolean(),
        known: fc.record({
          lowMsat: figure,
          lowAtMs: date,
          highMsat: fc.oneof(figure, fc.constant(Number.POSITIVE_INFINITY)),
          highAtMs: date,
          suspectAtMs: date,
        }),
      })
      .map(({ from, to, back, known }) => belief(back ? to : from, back ? from : to, known)),
    { maxLength: 12 },
  ),
  models: fc.dictionary(
    fc.constantFrom('uniform', 'bimodal', 'a b'),
    fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 4 }),
    { noNullPrototype: true },
  ),
});
