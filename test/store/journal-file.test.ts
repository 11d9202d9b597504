import { expect, test } from 'vitest';
import { JournalFile } from '../../src/store/journal-file.ts';
import { recordOf, rowOf } from '../../src/store/journal-row.ts';
import { intent, invoice } from './journal-records.ts';
import { newPath } from './store-folder.ts';

test('rows of which one is refused are absent together, and others can follow', () => {
  const file = new JournalFile({ path: newPath(), maxBytes: undefined });
  file.write([rowOf(invoice('a'))]);
  const refused = { ...rowOf(intent('b')), kind: null as unknown as string };
  expect(() => file.write([rowOf(invoice('b')), refused])).toThrow(/NOT NULL/);
  file.write([rowOf(invoice('c'))]);
  expect(file.read({ kind: 'all' }).map(recordOf)).toEqual([invoice('a'), invoice('c')]);
  file.close();
});
