import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkPermissions,
  type PermissionVerdicts,
} from '../../../src/node/lnd/check-permissions.ts';
import { LND_METHODS } from '../../../src/node/lnd/permissions.ts';
import { inProcessNode } from '../../../src/sim/in-process-node.ts';
import type { SimulatedNode } from '../../../src/sim/node.ts';
import { type ServedCircle, serveCircle } from '../../cli/served-circle.ts';

let circle: ServedCircle;

beforeAll(async () => {
  circle = await serveCircle();
});

afterAll(() => circle.close());

const PATHS = Object.keys(LND_METHODS) as (keyof typeof LND_METHODS)[];
const GRAPH = '/lnrpc.Lightning/DescribeGraph';

function verdictsWith(paths: readonly string[]): Promise<PermissionVerdicts> {
  const { served } = circle;
  const { macaroonHex } = served.bakeMacaroon(paths.map((path) => `uri:${path}`));
  return checkPermissions({
    address: served.address,
    tlsCert: served.tlsCertPem,
    macaroon: macaroonHex,
    interceptor: true,
    deadlineMs: 10_000,
  });
}

/** By the number that the next one gets. */
function invoicesSoFar(node: SimulatedNode): bigint {
  const added = node.addInvoice({ memo: 'the next', valueMsat: 0n });
  if (added.kind === 'error') throw new Error(added.message);
  return added.invoice.addIndex - 1n;
}

const kinds = (verdicts: PermissionVerdicts): Record<string, string> =>
  Object.fromEntries([...verdicts].map(([path, { kind }]) => [path, kind]));

describe('checkPermissions', () => {
  it('finds every method permitted with all of them, and leaves nothing behind', async () => {
    const { network, self } = circle;
    const verdicts = kinds(await verdictsWith(PATHS));
    expect(verdicts).toEqual(
      Object.fromEntries(PATHS.filter((path) => path !== GRAPH).map((path) => [path, 'permitted'])),
    );
    expect(invoicesSoFar(network.node(self))).toBe(0n);
    const payments = await inProcessNode(network, self).unfinishedPayments({ sinceMs: 0 });
    expect(payments).toEqual([]);
    expect(network.node(self).listPayments({ includeIncomplete: true })).toEqual([]);
  });

  it.each(PATHS.filter((path) => path !== GRAPH))(
    'finds that %s alone is lacking',
    async (path) => {
      const verdicts = await verdictsWith(PATHS.filter((other) => other !== path));
      expect(verdicts.get(path)).toEqual({ kind: 'denied', permission: LND_METHODS[path] });
      // Streams that may be silent are judged by what is asked after them.
      const denied = [...verdicts]
        .filter(([, { kind }]) => kind === 'denied')
        .map(([each]) => each);
      const expected =
        path === '/lnrpc.Lightning/GetInfo' ? expect.arrayContaining([path]) : [path];
      expect(denied).toEqual(expected);
    },
  );

  it('does not offer an interceptor unless it is asked to', async () => {
    const { served } = circle;
    const verdicts = await checkPermissions({
      address: served.address,
      tlsCert: served.tlsCertPem,
      macaroon: served.macaroonHex,
      interceptor: false,
      deadlineMs: 10_000,
    });
    expect(verdicts.has('/routerrpc.Router/HtlcInterceptor')).toBe(false);
  });

  it('says that another program intercepts forwards', async () => {
    const { network, self } = circle;
    const other = network.node(self).interceptForwards({ offer: () => true, ended: () => {} });
    if (other.kind === 'error') throw new Error(other.message);
    try {
      const verdict = (await verdictsWith(PATHS)).get('/routerrpc.Router/HtlcInterceptor');
      expect(verdict).toMatchObject({
        kind: 'unknown',
        reason: expect.stringMatching(/intercepts forwards already/),
      });
    } finally {
      other.connection.disconnect();
    }
  });
});
