/**
 * Payment requests (BOLT 11) of simulated invoices. Every field is as lnd writes it; only the signature is a
 * stand-in, because a simulated node is known by its public key alone and has no private one. The stand-in is a valid
 * curve point with s = 1, so decoders that recover the payee succeed, but read a key that belongs to nobody.
 */
import { bech32 } from 'bech32';
import { hexToBytes } from '../units/bytes.ts';

export interface PaymentRequestTerms {
  readonly paymentHash: Uint8Array;
  readonly paymentAddr: Uint8Array;
  /** 0 leaves the amount to the payer. */
  readonly valueMsat: bigint;
  readonly memo: string;
  readonly createdAtSeconds: number;
  readonly expirySeconds: bigint;
  readonly cltvExpiry: number;
  /** Feature bits that the invoice sets. */
  readonly features: readonly number[];
}

/** Regtest's prefix: what is simulated must not look like a request for real money. */
const PREFIX = 'lnbcrt';
const TIMESTAMP_WORDS = 7;
const MAX_LENGTH = 4096;

/** Field types, by their bech32 letter: p, s, d, x, c, 9. */
const FIELD = {
  paymentHash: 1,
  paymentSecret: 16,
  description: 13,
  expiry: 6,
  minFinalCltv: 24,
  features: 5,
} as const;

/** x of the curve's generator, s = 1, recovery id 0. */
const STAND_IN_SIGNATURE = hexToBytes(
  `79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798${'1'.padStart(64, '0')}00`,
);

export function encodePaymentRequest(terms: PaymentRequestTerms): string {
  const words = [
    ...numberWords(BigInt(terms.createdAtSeconds), TIMESTAMP_WORDS),
    ...bytesField(FIELD.paymentHash, terms.paymentHash),
    ...bytesField(FIELD.paymentSecret, terms.paymentAddr),
    ...bytesField(FIELD.description, new TextEncoder().encode(terms.memo)),
    ...field(FIELD.expiry, numberWords(terms.expirySeconds, 0)),
    ...field(FIELD.minFinalCltv, numberWords(BigInt(terms.cltvExpiry), 0)),
    ...field(FIELD.features, featureWords(terms.features)),
    ...bech32.toWords(STAND_IN_SIGNATURE),
  ];
  return bech32.encode(`${PREFIX}${amountText(terms.valueMsat)}`, words, MAX_LENGTH);
}

/** The amount with BOLT 11's shortest multiplier. 1 msat is 10 pico-bitcoin. */
function amountText(valueMsat: bigint): string {
  if (valueMsat === 0n) return '';
  for (const [msatPerUnit, letter] of [
    [100_000_000_000n, ''],
    [100_000_000n, 'm'],
    [100_000n, 'u'],
    [100n, 'n'],
  ] as const) {
    if (valueMsat % msatPerUnit === 0n) return `${valueMsat / msatPerUnit}${letter}`;
  }
  return `${valueMsat * 10n}p`;
}

function field(type: number, words: readonly number[]): number[] {
  return [type, ...numberWords(BigInt(words.length), 2), ...words];
}

const bytesField = (type: number, bytes: Uint8Array): number[] =>
  field(type, bech32.toWords(bytes));

/** Big-endian groups of five bits, at least `minimum` of them. */
function numberWords(value: bigint, minimum: number): number[] {
  const words: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 5n) words.unshift(Number(rest & 31n));
  while (words.length < minimum) words.unshift(0);
  return words;
}

const featureWords = (bits: readonly number[]): number[] =>
  numberWords(
    bits.reduce((vector, bit) => vector | (1n << BigInt(bit)), 0n),
    0,
  );
