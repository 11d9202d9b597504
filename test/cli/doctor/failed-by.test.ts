import { describe, expect, it } from 'vitest';
import { failedBy } from '../../../src/cli/doctor/check.ts';
import { EXIT } from '../../../src/cli/exit-codes.ts';

describe('failedBy', () => {
  it.each([
    ['nothing listens; check that lnd runs', 'nothing listens', 'check that lnd runs'],
    ['it is a folder; name a file; or none', 'it is a folder; name a file', 'or none'],
    ['lost (reset; by a peer); try again', 'lost (reset; by a peer)', 'try again'],
    ['lnd refused (this; that)', 'lnd refused (this; that)', undefined],
    ['it is broken', 'it is broken', undefined],
  ])('of %j', (message, says, fix) => {
    const finding = failedBy(message, EXIT.node);
    expect(finding).toMatchObject({ status: 'failed', says, exit: EXIT.node });
    expect('fix' in finding ? finding.fix : undefined).toBe(fix);
  });
});
