/** Foreign text (aliases, errors of the node, records of a file) that cannot act on a terminal or pass for ours. */

/** Control characters, line ends among them; invisible and direction-changing ones; line and paragraph separators. */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** One line, with a replacement character wherever the text would move the cursor, hide, or begin a new line. */
export function plainText(text: string): string {
  return text.replace(UNSAFE, '\uFFFD');
}

/** JSON with the same characters as escapes: what a parser reads is unchanged. */
export function escapeUnsafe(json: string): string {
  return json.replace(UNSAFE, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
