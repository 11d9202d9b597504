/** The scripts that make a shell ask us, from @bomb.sh/tab. */
import { script } from '@bomb.sh/tab';
import type { ShellName } from './shells.ts';

const PROGRAM = 'ballast';

export function shellScript(shell: ShellName): string {
  const text = printedBy(() => script(shell, PROGRAM, PROGRAM));
  return shell === 'bash' ? mendedBash(text) : text;
}

/** It has no way but printing, which is done when it returns. */
function printedBy(print: () => void): string {
  const { log } = console;
  const texts: string[] = [];
  console.log = (text: string) => {
    texts.push(text);
  };
  try {
    print();
  } finally {
    console.log = log;
  }
  return `${texts.join('\n').trimEnd()}\n`;
}

/** What it takes from the bash-completion package, for machines without that: words, but for `=` and `:` between them. */
const WORDS = `
if ! declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref() {
        words=("\${COMP_WORDS[@]}")
        cword=$COMP_CWORD
        cur="\${COMP_WORDS[COMP_CWORD]}"
        prev="\${COMP_WORDS[COMP_CWORD-1]}"
    }
fi
`;

/** The words at the cursor: what stands behind a `=` is one of its own, as bash fills in no more than that. */
const ASKS_WORDS = '_get_comp_words_by_ref -n "=:" cur prev words cword';
const BROKEN_AT_EQUALS = `_get_comp_words_by_ref -n ":" cur prev words cword
    [[ "$cur" != "=" ]] || cur=''`;

/**
 * Its constants are `readonly`, so that bash complains where another program's script from the same library was read
 * before; without `-o default` bash never offers files; and it finds nothing behind `--option=`.
 */
function mendedBash(text: string): string {
  return (
    text
      .replaceAll(/^readonly (\w+)=(\d+)$/gm, `: "$\{$1:=$2}"`)
      .replace(ASKS_WORDS, () => BROKEN_AT_EQUALS) +
    WORDS +
    `complete -o default -F __${PROGRAM}_complete ${PROGRAM}\n`
  );
}
