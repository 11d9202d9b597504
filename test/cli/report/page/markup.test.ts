import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from '../../../../src/cli/report/page/markup.ts';
import { testSeed } from '../../../seeded-random.ts';

describe('html', () => {
  it('escapes what it is given, and takes its own markup as it is', () => {
    const cell = html`<td>${'<b>&"\'`'}</td>`;
    expect(String(cell)).toBe('<td>&#60;b&#62;&#38;&#34;&#39;&#96;</td>');
    expect(String(html`<tr>${[cell, cell]}${3}</tr>`)).toBe(`<tr>${cell}${cell}3</tr>`);
  });

  it('lets no text become markup, nor end an attribute, nor turn the direction', () => {
    const texts = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(texts, (text) => {
        expect(String(html`${text}`)).not.toMatch(/[<>"'`\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
      }),
      { seed: testSeed(20261205) },
    );
  });
});
