/** What asking a peer for its terms may come to. */
export type Quote<Terms> =
  | { readonly kind: 'terms'; readonly terms: Terms }
  /** It answered that it will not, or with something that cannot be meant. */
  | { readonly kind: 'none'; readonly reason: string };

export const noQuote = (reason: string): { readonly kind: 'none'; readonly reason: string } => ({
  kind: 'none',
  reason,
});
