import { describe, expect, it } from 'vitest';
import { blocked, type Check, failed, ok, skipped } from '../../../src/cli/doctor/check.ts';
import { CHECKS } from '../../../src/cli/doctor/checks.ts';
import { examine } from '../../../src/cli/doctor/examine.ts';
import { SetUp } from '../../../src/cli/doctor/set-up.ts';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { Output } from '../../../src/cli/output.ts';
import { NodeError } from '../../../src/node/node-error.ts';
import { KeptStreams } from '../run-command.ts';

const setUp = (): SetUp =>
  new SetUp({}, { output: new Output(new KeptStreams(), { json: true }), now: () => 0 });

const check = (id: string, needs: readonly string[], look: Check['look']): Check => ({
  id,
  needs,
  look,
});

describe('examine', () => {
  it('skips what needs something that has failed, and what needs that', async () => {
    const looked: string[] = [];
    const found = await examine(
      [
        check('a_b', [], async () => failed('it is broken', { exit: EXIT.node })),
        check('c', ['a_b'], async () => {
          looked.push('c');
          return ok('');
        }),
        check('d', ['c'], async () => ok('')),
        check('e', [], async () => ok('fine')),
      ],
      setUp(),
      () => {},
    );
    expect(found.map(({ id, status, says }) => [id, status, says])).toEqual([
      ['a_b', 'failed', 'it is broken'],
      ['c', 'skipped', 'without a b it cannot be told'],
      ['d', 'skipped', 'without a b it cannot be told'],
      ['e', 'ok', 'fine'],
    ]);
    expect(looked).toEqual([]);
  });

  it('goes on behind what does not matter, and stops behind what cannot be told', async () => {
    const found = await examine(
      [
        check('unimportant', [], async () => skipped('not here')),
        check('one', ['unimportant'], async () => ok('')),
        check('unknown', [], async () => blocked('nobody knows')),
        check('other', ['unknown'], async () => ok('')),
      ],
      setUp(),
      () => {},
    );
    expect(found.map(({ status }) => status)).toEqual(['skipped', 'ok', 'skipped', 'skipped']);
  });

  it('tells of each finding when it is known, and waits for none for ever', async () => {
    const told: string[] = [];
    const hanging: Check = { ...check('hangs', [], () => new Promise(() => {})), deadlineMs: 20 };
    const found = await examine([hanging, check('next', [], async () => ok(''))], setUp(), (each) =>
      told.push(each.id),
    );
    expect(told).toEqual(['hangs', 'next']);
    expect(found[0]).toMatchObject({
      status: 'failed',
      says: 'there was no answer within 0.02 s',
      exit: EXIT.node,
    });
    expect(found[1]?.status).toBe('ok');
  });
});

describe('a check that rejects', () => {
  it.each([
    [new NodeError('unreachable', 'contact was lost'), 'contact was lost', EXIT.node],
    [new TypeError('odd'), 'a fault of Ballast: odd', EXIT.internal],
  ])('with %s does not keep the others from being told', async (error, says, exit) => {
    const rejects = check('rejects', [], () => Promise.reject(error));
    const found = await examine(
      [rejects, check('next', [], async () => ok(''))],
      setUp(),
      () => {},
    );
    expect(found).toEqual([
      { id: 'rejects', status: 'failed', says, exit },
      { id: 'next', status: 'ok', says: '' },
    ]);
  });
});

describe('the list of checks', () => {
  it('has each once, after all that it needs', () => {
    const seen = new Set<string>();
    for (const { id, needs } of CHECKS) {
      expect(seen.has(id), id).toBe(false);
      for (const need of needs) expect(seen.has(need), `${id} needs ${need}`).toBe(true);
      seen.add(id);
    }
    expect(seen.size).toBeGreaterThan(20);
  });
});
