/** A line at the bottom of a terminal that shows how far work has come. */
import { styleText } from 'node:util';

/** What standard error is shown on, where that is a terminal. */
export interface Terminal {
  readonly columns: number;
  /** Not where NO_COLOR is set (https://no-color.org), nor where the terminal has none. */
  readonly colours: boolean;
}

const WIDTH = 24;
const CLEAR = '\r\u001b[K';

/** Until `end`, drawn again and again; other lines go above it. Work that ends soon shows nothing. */
export class ProgressBar {
  readonly #label: string;
  readonly #total: number;
  readonly #terminal: Terminal;
  readonly #write: (text: string) => void;
  #done = 0;
  #shown = false;
  #ended = false;

  constructor(
    work: { readonly label: string; readonly total: number },
    terminal: Terminal,
    write: (text: string) => void,
  ) {
    this.#label = work.label;
    this.#total = work.total;
    this.#terminal = terminal;
    this.#write = write;
  }

  /** From now on it is seen. */
  show(): void {
    this.#shown = true;
    this.#draw();
  }

  step(): void {
    this.#done = Math.min(this.#total, this.#done + 1);
    this.#draw();
  }

  /** Writes a line above it. */
  above(write: () => void): void {
    if (this.#shown && !this.#ended) this.#write(CLEAR);
    write();
    this.#draw();
  }

  end(): void {
    if (this.#shown && !this.#ended) this.#write(CLEAR);
    this.#ended = true;
  }

  #draw(): void {
    if (!this.#shown || this.#ended) return;
    const full = Math.round((WIDTH * this.#done) / this.#total);
    const line = `${this.#label} ${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${this.#done}/${this.#total}`;
    // A line that wraps could not be cleared.
    const fits = Array.from(line)
      .slice(0, Math.max(0, this.#terminal.columns - 1))
      .join('');
    const { colours } = this.#terminal;
    const shown = colours ? styleText('cyan', fits, { validateStream: false }) : fits;
    this.#write(`${CLEAR}${shown}`);
  }
}
