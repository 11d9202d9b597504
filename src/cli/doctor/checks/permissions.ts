/** Whether macaroon or rune allow every call, purpose by purpose. */
import { EXIT } from '../../exit-codes.ts';
import type { MethodRight, Purpose, Rights } from '../../node-access/rights.ts';
import { plural } from '../../render/figures.ts';
import { type Check, type Finding, failed, ok, skipped, warning } from '../check.ts';
import type { SetUp } from '../set-up.ts';

/** `no`: it is looked at all the same, and what is lacking is told without a warning. */
type Wanted = 'must' | 'should' | 'no';

interface Use {
  readonly id: string;
  readonly purpose: Purpose;
  /** Completes "…, which X". */
  readonly needs: string;
  readonly wanted: (setUp: SetUp) => Promise<Wanted>;
}

const USES: readonly Use[] = [
  {
    id: 'permissions',
    purpose: 'rebalance',
    needs: 'every rebalance needs',
    wanted: async () => 'must',
  },
  {
    id: 'permissions_planning',
    purpose: 'planning',
    needs: '`ballast plan` and `ballast run` need',
    wanted: async (setUp) => ((await setUp.config()) === undefined ? 'should' : 'must'),
  },
  {
    id: 'permissions_clean_up',
    purpose: 'cleanUp',
    needs: '[limits] clean_up needs',
    wanted: async (setUp) => ((await setUp.config())?.limits.cleanUp === true ? 'must' : 'no'),
  },
  {
    id: 'permissions_sharing',
    purpose: 'sharing',
    needs: "exchanging what is learnt with the node's own payments needs",
    wanted: async () => 'no',
  },
  {
    id: 'permissions_messages',
    purpose: 'customMessages',
    needs: '`ballast plan --quotes` needs',
    wanted: async () => 'no',
  },
];

export const permissions: readonly Check[] = USES.map((use) => ({
  id: use.id,
  needs: ['version'],
  deadlineMs: 60_000,
  look: async (setUp) => judge(await setUp.rights(), use, setUp),
}));

async function judge(rights: Rights, use: Use, setUp: SetUp): Promise<Finding> {
  if (rights.kind === 'everything') return ok(rights.says);
  const methods = rights.methods.filter(({ purpose }) => purpose === use.purpose);
  const wanted = await use.wanted(setUp);
  const lacking = methods.flatMap(({ method, verdict }) =>
    verdict.kind === 'lacking' ? [`- ${method}: ${verdict.ask}`] : [],
  );
  if (lacking.length > 0) {
    const says = `the ${rights.what} lacks what ${use.needs}:\n${lacking.join('\n')}`;
    if (wanted === 'no') return skipped(says);
    const fix = `make another ${rights.what}: ${rights.make(await purposesOf(use, setUp))}`;
    return wanted === 'must' ? failed(says, { exit: EXIT.node, fix }) : warning(says, fix);
  }
  return withoutLack(methods, { use, wanted, what: rights.what });
}

function withoutLack(
  methods: readonly MethodRight[],
  { use, wanted, what }: { readonly use: Use; readonly wanted: Wanted; readonly what: string },
): Finding {
  const open = methods.flatMap(({ method, verdict }) =>
    verdict.kind === 'unknown' ? [`${method}: ${verdict.reason}`] : [],
  );
  if (open.length > 0) return warning(`not everything could be asked: ${open.join(', ')}`);
  const absent = methods.filter(({ verdict }) => verdict.kind === 'absent');
  if (absent.length === 0) {
    return ok(`the ${what} allows what ${use.needs} (${plural(methods.length, 'call')} asked)`);
  }
  const says = `the node does not have ${absent.map(({ method }) => method).join(', ')}, which ${use.needs}`;
  return wanted === 'no'
    ? skipped(says)
    : warning(says, 'update it, or switch on the plugin that has it');
}

/** What the set-up needs in all, so that one command makes one that will do. */
async function purposesOf(use: Use, setUp: SetUp): Promise<ReadonlySet<Purpose>> {
  const config = await setUp.config();
  const purposes = new Set<Purpose>([use.purpose, 'planning']);
  if (config?.limits.cleanUp === true) purposes.add('cleanUp');
  if (config !== undefined && config.justInTime !== false) purposes.add('justInTime');
  return purposes;
}
