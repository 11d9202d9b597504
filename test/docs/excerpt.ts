/** Excerpts of output, as documents show them: … stands for what is left out, within a line or of lines. */

const GAP = '…';

/** The first line of the excerpt that the text does not have in this order; `undefined` where it has all. */
export function missingLine(excerpt: string, text: string): string | undefined {
  const lines = text.split('\n');
  let next = 0;
  for (const shown of excerpt.trimEnd().split('\n')) {
    if (shown === GAP) continue;
    const found = lines.findIndex((line, i) => i >= next && shows(shown, line));
    if (found === -1) return shown;
    next = found + 1;
  }
  return undefined;
}

function shows(shown: string, line: string): boolean {
  const parts = shown.split(GAP);
  const [head = ''] = parts;
  if (parts.length === 1) return line === head;
  const tail = parts.at(-1)!;
  let at = head.length;
  for (const part of parts.slice(1, -1)) {
    const found = line.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return line.startsWith(head) && line.endsWith(tail) && at <= line.length - tail.length;
}
