/** What runs in the page: a graph file is picked, and the best circle is shown. */
import { type CircleQuestion, findCircle } from './find-circle.ts';

/** Of the web's own, no more than is used here: Node's types know no page. */
interface PageElement {
  textContent: string;
  readonly files: readonly { stream(): ReadableStream<Uint8Array> }[];
  append(...children: readonly PageElement[]): void;
  addEventListener(event: string, listener: () => void): void;
}
interface Page {
  getElementById(id: string): PageElement;
  createElement(tag: string): PageElement;
}
const page = (globalThis as unknown as { document: Page }).document;

const question = JSON.parse(page.getElementById('question').textContent) as CircleQuestion;
const picked = page.getElementById('graph');
picked.addEventListener('change', () => {
  show().catch((error: unknown) => {
    page.getElementById('fee').textContent = String(error);
  });
});

async function show(): Promise<void> {
  const [file] = picked.files;
  const { nodes, channels, hops, feeMsat } = await findCircle(file!.stream(), question);
  for (const hop of hops) {
    const line = page.createElement('li');
    line.textContent = hop;
    page.getElementById('hops').append(line);
  }
  page.getElementById('size').textContent = `${nodes} nodes, ${channels} channels`;
  page.getElementById('fee').textContent = `${feeMsat} msat`;
}
