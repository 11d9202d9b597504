/** Lines of a shell, as far as the documents use one. */

export interface CommandLine {
  readonly words: readonly string[];
  /** Where its standard output goes, if not to the reader. */
  readonly into?: string;
  /** As it is written, without comment and line breaks. */
  readonly text: string;
}

/** The commands of a block or a line: comments left out, lines joined, split at `&&`. */
export function commandLines(block: string): readonly CommandLine[] {
  return block
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .flatMap((line) => line.split(/\s*&&\s*/))
    .map(commandLine);
}

function commandLine(text: string): CommandLine {
  const words = Array.from(text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g), ([word]) =>
    unquoted(word),
  );
  const redirect = words.indexOf('>');
  if (redirect === -1) return { words, text };
  const into = words[redirect + 1];
  if (into === undefined || redirect + 2 !== words.length) {
    throw new Error(`this is more of a shell than is understood here: ${text}`);
  }
  return { words: words.slice(0, redirect), into, text };
}

const unquoted = (word: string): string => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2');
