/** The few amounts that a plan chooses from. */
import type { PlannedChannel } from './planned-channel.ts';

/** So many halves reach from the largest need to a hundredth of it. */
const MOST_AMOUNTS = 8;
const WHOLE_MSAT = 1_000_000n;
/** Of what there is to earn; the last bit would take as much balance again. */
const USEFUL_SHARE = 0.95;
const BISECTIONS = 12;
/** What leaves has to pay its fee as well. */
const FEE_ROOM = { of: 100n, part: 99n };

/**
 * Halves of the largest amount that some source can give and some target can use, in whole thousands of satoshis, down
 * to the least one allowed.
 */
export function amountsToMove(
  ends: {
    readonly sources: readonly PlannedChannel[];
    readonly targets: readonly PlannedChannel[];
  },
  terms: { readonly leastMsat: bigint; readonly economic: boolean },
): readonly bigint[] {
  const { leastMsat, economic } = terms;
  const surplus = most(ends.sources.map(({ surplusMsat }) => surplusMsat));
  const use = most(
    ends.targets.map((target) => (economic ? usefulMsat(target, leastMsat) : target.roomMsat)),
  );
  const givable = (surplus * FEE_ROOM.part) / FEE_ROOM.of;
  let amount = givable < use ? givable : use;
  const amounts: bigint[] = [];
  while (amounts.length < MOST_AMOUNTS && amount > leastMsat) {
    const whole = amount - (amount % WHOLE_MSAT);
    if (whole > leastMsat) amounts.push(whole);
    amount /= 2n;
  }
  if (amounts.length < MOST_AMOUNTS) amounts.push(leastMsat);
  return amounts;
}

/** The amount with which a target earns nearly all that it could. */
function usefulMsat(target: PlannedChannel, leastMsat: bigint): bigint {
  const { roomMsat } = target;
  const enough = USEFUL_SHARE * target.earnedMsat(roomMsat);
  let [low, high] = [leastMsat, roomMsat];
  for (let i = 0; i < BISECTIONS && low < high; i++) {
    const middle = (low + high) / 2n;
    if (target.earnedMsat(middle) >= enough) high = middle;
    else low = middle;
  }
  return high;
}

const most = (amounts: readonly bigint[]): bigint =>
  amounts.reduce((largest, amount) => (amount > largest ? amount : largest), 0n);
