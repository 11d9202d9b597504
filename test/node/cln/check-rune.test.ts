import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRune } from '../../../src/node/cln/check-rune.ts';
import { CLN_METHODS, type ClnMethodName } from '../../../src/node/cln/cln-methods.ts';
import { type ClnCircle, serveClnCircle } from '../../cli/served-elsewhere.ts';
import { RUNE, ScriptedClnrest } from './scripted-clnrest.ts';
import { RpcFault } from './scripted-lightningd.ts';

let circle: ClnCircle;

beforeAll(async () => {
  circle = await serveClnCircle();
});

afterAll(() => circle.close());

const METHODS = Object.keys(CLN_METHODS) as ClnMethodName[];

const ask = (rune: string) =>
  checkRune({
    restUrl: circle.served.restUrl,
    tlsCa: circle.served.tlsCertPem,
    rune,
    deadlineMs: 10_000,
  });

describe('checkRune', () => {
  it('finds that everything is allowed, and changes nothing', async () => {
    const verdicts = await ask(circle.served.rune);
    expect([...verdicts.keys()]).toEqual(METHODS);
    expect([...verdicts].filter(([, { kind }]) => kind === 'denied' || kind === 'unknown')).toEqual(
      [],
    );
    const { network, self } = circle;
    const next = network.node(self).addInvoice({ memo: 'the next', valueMsat: 0n });
    expect(next).toMatchObject({ invoice: { addIndex: 1n } });
    expect(network.node(self).listPayments({ includeIncomplete: true })).toEqual([]);
    expect(circle.served.sentMessages()).toEqual([]);
  });

  it.each(METHODS)('finds that %s alone is lacking', async (method) => {
    const rune = circle.served.makeRune(METHODS.filter((other) => other !== method));
    const verdicts = await ask(rune);
    const denied = [...verdicts].filter(([, { kind }]) => kind === 'denied');
    expect(denied.map(([name]) => name)).toEqual([method]);
  });

  it('does not know what a rune allows that restricts parameters, and asks of what is wanted alone', async () => {
    const clnrest = await ScriptedClnrest.start();
    clnrest.on('invoice', () => {
      throw new RpcFault(1502, 'Not permitted: pnamelabel is not present');
    });
    clnrest.on('delinvoice', () => {
      throw new RpcFault(1502, 'Not permitted: method is not equal to invoice');
    });
    const verdicts = await checkRune({
      ...{ restUrl: clnrest.url, rune: RUNE, deadlineMs: 10_000 },
      tlsCa: clnrest.certificate.certPem,
      wanted: (method) => method === 'invoice' || method === 'delinvoice',
    });
    expect(Object.fromEntries(verdicts)).toEqual({
      invoice: { kind: 'unknown', reason: 'the rune restricts its parameters' },
      delinvoice: { kind: 'denied' },
    });
    expect(clnrest.calls.map(({ method }) => method).sort()).toEqual(['delinvoice', 'invoice']);
  });

  it('rejects with a rune that is not taken at all', async () => {
    await expect(ask('A'.repeat(43))).rejects.toMatchObject({ code: 'wrong_macaroon' });
  });
});
