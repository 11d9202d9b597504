/** The README and docs/ as tests read them. */
import { readdirSync } from 'node:fs';
import { readRepositoryFile } from '../house/source-files.ts';

export interface Block {
  /** What stands behind the opening fence. */
  readonly language: string;
  readonly text: string;
  /** Of the opening fence, counted from 1. */
  readonly line: number;
}

export interface Document {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** What stands between single backticks, outside blocks. */
  readonly code: readonly string[];
  /** Targets of links, outside blocks. */
  readonly links: readonly string[];
  /** As GitHub makes them of headings. */
  readonly anchors: readonly string[];
}

const FENCE = /^```(.*)\n([\s\S]*?)^```$/gm;

export function documents(): readonly Document[] {
  const pages = readdirSync(new URL('../../docs/', import.meta.url)).filter((name) =>
    name.endsWith('.md'),
  );
  return ['README.md', ...pages.map((name) => `docs/${name}`)].map(documentAt);
}

function documentAt(path: string): Document {
  const text = readRepositoryFile(path);
  const blocks = Array.from(
    text.matchAll(FENCE),
    ({ 1: language = '', 2: inside = '', index }) => ({
      language,
      text: inside,
      line: text.slice(0, index).split('\n').length,
    }),
  );
  const prose = text.replace(FENCE, '');
  return {
    path,
    text,
    blocks,
    code: Array.from(prose.matchAll(/`([^`]+)`/g), ([, inside = '']) => inside),
    links: Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target),
    anchors: Array.from(prose.matchAll(/^#+ (.*)$/gm), ([, heading = '']) => anchorOf(heading)),
  };
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
