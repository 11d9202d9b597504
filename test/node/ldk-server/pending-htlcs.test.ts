import { expect, it } from 'vitest';
import { LightningBalance } from '../../../src/generated/services/ldk-server/balances.ts';
import { closingChannels, pendingHtlcs } from '../../../src/node/ldk-server/pending-htlcs.ts';

const peer = `02${'cd'.repeat(32)}`;
const paymentHash = 'ee'.repeat(32);
const of = (channelId: string) => ({ channelId, counterpartyNodeId: peer });

const balances = [
  { $case: 'claimableOnChannelClose', value: { ...of('open'), amountSatoshis: 9n } },
  {
    $case: 'maybeTimeoutClaimableHtlc',
    value: { ...of('open'), amountSatoshis: 5n, claimableHeight: 100, paymentHash },
  },
  {
    $case: 'claimableAwaitingConfirmations',
    value: { ...of('closed'), amountSatoshis: 70n, confirmationHeight: 50 },
  },
  {
    $case: 'counterpartyRevokedOutputClaimable',
    value: { ...of('closed'), amountSatoshis: 4n },
  },
  {
    $case: 'maybeTimeoutClaimableHtlc',
    value: { ...of('closed'), amountSatoshis: 11n, claimableHeight: 200, paymentHash },
  },
  {
    $case: 'contentiousClaimable',
    value: { ...of('closed'), amountSatoshis: 12n, timeoutHeight: 201, paymentHash },
  },
  {
    $case: 'maybePreimageClaimableHtlc',
    value: { ...of('closed'), amountSatoshis: 13n, expiryHeight: 202, paymentHash },
  },
].map((balanceType) =>
  LightningBalance.fromPartial({ balanceType } as Parameters<
    typeof LightningBalance.fromPartial
  >[0]),
);

it('tells the HTLCs of each channel apart', () => {
  expect(pendingHtlcs(balances).get('open')).toEqual([
    { paymentHash, incoming: false, amountSat: 5n, expiryHeight: 100 },
  ]);
});

it('adds up what a closed channel owes us, HTLCs apart', () => {
  expect(closingChannels(balances, new Set(['open']))).toEqual([
    {
      channelPoint: 'closed',
      peer,
      limboSat: 74n,
      htlcs: [
        { incoming: false, amountSat: 11n, maturityHeight: 200 },
        { incoming: true, amountSat: 12n, maturityHeight: 201 },
        { incoming: true, amountSat: 13n, maturityHeight: 202 },
      ],
    },
  ]);
});
