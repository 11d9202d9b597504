/** How much of the interop suites runs: a part in `npm test`, everything in `npm run test:interop`. */
const FULL = process.env['BALLAST_INTEROP'] === 'full';

export function runSize(sizes: { readonly part: number; readonly full: number }): number {
  return FULL ? sizes.full : sizes.part;
}
