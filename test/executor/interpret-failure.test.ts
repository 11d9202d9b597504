import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInboundFee } from '../../src/executor/channel-update.ts';
import { interpretFailure } from '../../src/executor/interpret-failure.ts';
import type { FailurePosition, Verdict } from '../../src/executor/verdict.ts';
import {
  ChannelUpdate,
  type Failure,
  Failure_FailureCode,
} from '../../src/generated/messages/failure.ts';
import { CIRCLE, failure, node, route } from './routes.ts';

const CODES = Object.keys(Failure_FailureCode) as (keyof typeof Failure_FailureCode)[];
const LONG = route(['self', 'A', 'B', 'C', 'D', 'self'], {
  totalMsat: 1040n,
  forwardMsat: [1030n, 1020n, 1010n, 1000n, 1000n],
});
const POSITIONS: readonly FailurePosition[] = [
  'self',
  'first',
  'middle',
  'middle',
  'last_but_one',
  'final',
];

/** An update by A for its channel to B (101), as CIRCLE goes. */
function update(fields: Partial<ChannelUpdate> = {}): ChannelUpdate {
  return ChannelUpdate.fromPartial({
    chanId: '101',
    timestamp: 7,
    timeLockDelta: 80,
    htlcMinimumMsat: 1n,
    baseFee: 5,
    feeRate: 300,
    messageFlags: 1,
    htlcMaximumMsat: 1_000_000n,
    ...fields,
  });
}

const onCircle = (
  code: keyof typeof Failure_FailureCode,
  index: number,
  more: Partial<Failure> = {},
): Verdict => interpretFailure(CIRCLE, failure(code, index, more));

describe('every code at every position', () => {
  for (const code of CODES) {
    test(code, () => {
      for (const [index, position] of POSITIONS.entries()) {
        const verdict = interpretFailure(LONG, failure(code, index));
        const blind = code === 'UNREADABLE_FAILURE' || code === 'INTERNAL_FAILURE';
        expect(verdict.code).toBe(code);
        expect(verdict.position).toBe(blind ? 'unknown' : position);
        expect(verdict.sourceIndex).toBe(blind ? null : index);
        expect(verdict.reason).not.toBe('');
        expect(isSound(verdict)).toEqual([]);
      }
    });
  }

  test('a code that lnd may add one day reads as UNRECOGNIZED', () => {
    const odd = { ...failure('RESERVED', 2), code: 77 as Failure['code'] };
    expect(interpretFailure(LONG, odd)).toMatchObject({
      code: 'UNRECOGNIZED',
      blame: { kind: 'node', nodeId: node('B') },
    });
  });

  test('an index beyond the route makes every link suspect', () => {
    const verdict = onCircle('TEMPORARY_CHANNEL_FAILURE', 4);
    expect(verdict).toMatchObject({ position: 'unknown', source: null, next: 'retry' });
    expect(verdict.blame).toMatchObject({ kind: 'unknown', among: { length: 3 } });
  });
});

/** What must hold for any verdict on a circle; the faults found. */
function isSound(verdict: Verdict): string[] {
  const faults: string[] = [];
  const self = node('self');
  const blamed = [verdict.blame, verdict.otherwise].filter((blame) => blame !== null);
  if (blamed.some((b) => b.kind === 'node' && b.nodeId === self)) faults.push('blames ourselves');
  const lastPeer = node('D');
  for (const fact of verdict.facts) {
    if (fact.from === self && fact.to === lastPeer) faults.push('fact about self -> last peer');
    if (fact.kind === 'lacked' && verdict.code !== 'TEMPORARY_CHANNEL_FAILURE') {
      faults.push('liquidity learnt from another code');
    }
  }
  if (verdict.position === 'final' && verdict.blame.kind === 'own_channel')
    faults.push('own channel');
  if (verdict.position === 'self' && verdict.facts.some((fact) => fact.kind === 'carried')) {
    faults.push('carried before it was sent');
  }
  if (verdict.repriceable && verdict.update.kind !== 'usable')
    faults.push('repriceable by nothing');
  return faults;
}

describe('whom to blame', () => {
  test('our own node: the own channel, for a blind retry would meet it again', () => {
    for (const code of [
      'TEMPORARY_CHANNEL_FAILURE',
      'UNKNOWN_NEXT_PEER',
      'EXPIRY_TOO_SOON',
    ] as const) {
      expect(onCircle(code, 0)).toMatchObject({
        blame: { kind: 'own_channel', channelId: '100' },
        facts: [],
        next: 'retry',
      });
    }
  });

  test('a balance failure: the direction, with what was learnt on the way', () => {
    expect(onCircle('TEMPORARY_CHANNEL_FAILURE', 2)).toMatchObject({
      position: 'last_but_one',
      source: node('B'),
      blame: { kind: 'channel', cause: 'liquidity', at: { channelId: '102', link: 2 } },
      facts: [
        { kind: 'carried', from: node('self'), to: node('A'), amountMsat: 1020n },
        { kind: 'carried', from: node('A'), to: node('B'), amountMsat: 1010n },
        { kind: 'lacked', from: node('B'), to: node('self'), amountMsat: 1000n },
      ],
      repriceable: false,
    });
  });

  test('our own refusal of the arrival asks for a new invoice, and credits every link', () => {
    for (const code of ['INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS', 'MPP_TIMEOUT'] as const) {
      const verdict = onCircle(code, 3);
      expect(verdict).toMatchObject({ blame: { kind: 'final' }, next: 'new_invoice' });
      expect(verdict.facts.map((fact) => fact.kind)).toEqual(['carried', 'carried', 'carried']);
    }
  });

  test('an arrival that was altered: the peer that altered it', () => {
    const verdict = onCircle('FINAL_INCORRECT_HTLC_AMOUNT', 3);
    expect(verdict).toMatchObject({
      blame: { kind: 'pair', at: { from: node('B'), to: node('self') } },
      next: 'retry',
    });
    expect(verdict.facts.filter((fact) => fact.kind === 'suspect')).toHaveLength(1);
  });
});

describe('the enclosed channel update', () => {
  const terms = (fields: Partial<ChannelUpdate> = {}): Verdict =>
    onCircle('FEE_INSUFFICIENT', 1, { channelUpdate: update(fields) });

  test('becomes a record of the failing node, with its inbound fee', () => {
    const extra = Uint8Array.of(
      0xfd,
      0xd9,
      0x03,
      8,
      0xff,
      0xff,
      0xff,
      0xfe,
      0xff,
      0xff,
      0xff,
      0x9c,
    );
    const verdict = terms({ extraOpaqueData: extra, channelFlags: 2 });
    expect(verdict.repriceable).toBe(true);
    expect(verdict.update).toEqual({
      kind: 'usable',
      update: {
        channelId: '101',
        from: node('A'),
        policy: {
          feeBaseMsat: 5n,
          feeRatePpm: 300,
          timeLockDelta: 80,
          minHtlcMsat: 1n,
          maxHtlcMsat: 1_000_000n,
          disabled: true,
          lastUpdate: 7,
          inboundFeeBaseMsat: -2n,
          inboundFeeRatePpm: -100,
        },
      },
    });
  });

  test('has no maximum where its flag says so', () => {
    expect(terms({ messageFlags: 0 }).update).toMatchObject({
      update: { policy: { maxHtlcMsat: null } },
    });
  });

  test('may be about the channel that the payment came by: that holds its inbound fee', () => {
    // A is the greater key on its channel with self, so it signs direction 1.
    const verdict = terms({ chanId: '100', channelFlags: 1 });
    expect(verdict.update).toMatchObject({
      kind: 'usable',
      update: { from: node('A'), channelId: '100' },
    });
  });

  test.each([
    ['a channel that is not on the route', { chanId: '999' }, /channel 999/],
    ['a channel that is not its own', { chanId: '102' }, /channel 102/],
    ['the direction of the other end', { channelFlags: 1 }, /other end/],
    ['a minimum above the maximum', { htlcMinimumMsat: 2_000_000n }, /min_htlc/],
    ['a time lock of more than 16 bits', { timeLockDelta: 70_000 }, /time_lock_delta/],
    ['a broken TLV stream', { extraOpaqueData: Uint8Array.of(1, 9) }, /TLV/],
  ])('is refused for %s', (_, fields, reason) => {
    const verdict = terms(fields);
    expect(verdict.repriceable).toBe(false);
    expect(verdict.update).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(reason),
    });
  });

  test('a maximum below the amount, or disabled, is policy and not liquidity', () => {
    for (const fields of [{ htlcMaximumMsat: 1009n }, { channelFlags: 2 }]) {
      const verdict = onCircle('TEMPORARY_CHANNEL_FAILURE', 1, { channelUpdate: update(fields) });
      expect(verdict).toMatchObject({
        blame: { kind: 'channel', cause: 'policy', at: { channelId: '101' } },
        facts: [{ kind: 'carried', from: node('self') }],
        repriceable: true,
      });
    }
  });

  test('a maximum that allows the amount leaves it a matter of liquidity', () => {
    const verdict = onCircle('TEMPORARY_CHANNEL_FAILURE', 1, {
      channelUpdate: update({ htlcMaximumMsat: 1010n }),
    });
    expect(verdict.blame).toMatchObject({ cause: 'liquidity' });
    expect(verdict.facts.at(-1)).toMatchObject({ kind: 'lacked', amountMsat: 1010n });
  });
});

test('reading extra data never throws, and finds the fee wherever it stands', () => {
  const record = [0xfd, 0xd9, 0x03, 8, 0, 0, 0, 9, 0, 0, 0, 8];
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 9 }),
      (noise, body) => {
        const read = readInboundFee(noise);
        expect(read === undefined || typeof read.inboundFeeBaseMsat === 'bigint').toBe(true);
        const before = [1, body.length, ...body];
        expect(readInboundFee(Uint8Array.from([...before, ...record]))).toEqual({
          inboundFeeBaseMsat: 9n,
          inboundFeeRatePpm: 8,
        });
        // Types must grow: the same record twice is no TLV stream.
        expect(readInboundFee(Uint8Array.from([...record, ...record]))).toBeUndefined();
      },
    ),
    { seed: 55555 },
  );
});
