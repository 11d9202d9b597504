/** HTML in which every text is escaped unless it is markup of ours already. */
import { plainText } from '../../render/plain-text.ts';

export class Markup {
  readonly #text: string;

  /** @param text taken as it is */
  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

type Part = string | number | Markup | readonly Markup[];

/**
 * For templates: `` html`<td>${alias}</td>` ``. Interpolated text can stand between tags and in quoted attributes; it
 * shows no control or direction-changing characters.
 */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = fixed[0]!;
  parts.forEach((part, i) => {
    text += escaped(part) + fixed[i + 1]!;
  });
  return new Markup(text);
}

export const NO_MARKUP: Markup = new Markup('');

function escaped(part: Part): string {
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'number') return String(part);
  if (typeof part !== 'string') return part.join('');
  return plainText(part).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
