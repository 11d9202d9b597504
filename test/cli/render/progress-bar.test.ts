import { describe, expect, it } from 'vitest';
import { Output, type Streams } from '../../../src/cli/output.ts';
import { ProgressBar, type Terminal } from '../../../src/cli/render/progress-bar.ts';
import { standardStreams } from '../../../src/cli/standard-streams.ts';

const ESCAPE = '\u001b';

function shownOn(terminal: Terminal): { bar: ProgressBar; written: string[] } {
  const written: string[] = [];
  const work = { label: 'reading', total: 4 };
  return { bar: new ProgressBar(work, terminal, (text) => written.push(text)), written };
}

describe('a progress bar', () => {
  it('is drawn in place, and leaves nothing behind', () => {
    const { bar, written } = shownOn({ columns: 80, colours: false });
    bar.step();
    expect(written).toEqual([]);
    bar.show();
    bar.step();
    bar.end();
    bar.end();
    bar.step();
    expect(written).toEqual([
      `\r${ESCAPE}[Kreading ${'█'.repeat(6)}${'░'.repeat(18)} 1/4`,
      `\r${ESCAPE}[Kreading ${'█'.repeat(12)}${'░'.repeat(12)} 2/4`,
      `\r${ESCAPE}[K`,
    ]);
  });

  it('has a colour where there are colours, and never wraps', () => {
    const coloured = shownOn({ columns: 80, colours: true });
    coloured.bar.show();
    expect(coloured.written[0]).toContain(`${ESCAPE}[36mreading`);
    const narrow = shownOn({ columns: 10, colours: false });
    narrow.bar.show();
    expect(narrow.written[0]).toBe(`\r${ESCAPE}[Kreading ░`);
  });

  it('makes room for the lines of the command', () => {
    const { bar, written } = shownOn({ columns: 80, colours: false });
    bar.show();
    bar.above(() => written.push('a line\n'));
    expect(written.slice(1, 3)).toEqual([`\r${ESCAPE}[K`, 'a line\n']);
    expect(written[3]).toBe(written[0]);
  });
});

describe('what a command shows', () => {
  const stream = (written: string[], more: object = {}) => ({
    write: (text: string) => written.push(text),
    on: () => undefined,
    ...more,
  });

  async function barOn(streams: Streams): Promise<void> {
    const output = new Output(streams, { json: false });
    const bar = output.bar('reading', 2);
    bar.step();
    await new Promise((resolve) => setTimeout(resolve, 600));
    output.warn('look');
    bar.end();
  }

  it('has no bar and no colour where standard error is no terminal', async () => {
    const [out, err]: [string[], string[]] = [[], []];
    await barOn(standardStreams({ out: stream(out), err: stream(err) }));
    expect([out, err]).toEqual([[], ['ballast: look\n']]);
  });

  it('has a bar on a terminal once work has taken a while, without colours where NO_COLOR says so', async () => {
    const shown = async (hasColors: boolean): Promise<string> => {
      const err: string[] = [];
      const terminal = { isTTY: true, columns: 80, hasColors: () => hasColors };
      await barOn(standardStreams({ out: stream([]), err: stream(err, terminal) }));
      return err.join('');
    };
    const [plain, coloured] = await Promise.all([shown(false), shown(true)]);
    expect(plain).toContain('reading ████████████░░░░░░░░░░░░ 1/2');
    expect(plain).toContain(`\r${ESCAPE}[Kballast: look\n`);
    expect(plain.endsWith(`\r${ESCAPE}[K`)).toBe(true);
    expect(plain).not.toContain(`${ESCAPE}[36m`);
    expect(coloured).toContain(`${ESCAPE}[36m`);
  });

  it('draws nothing for work that ends at once', () => {
    const err: string[] = [];
    const output = new Output(
      standardStreams({ out: stream([]), err: stream(err, { isTTY: true }) }),
      { json: true },
    );
    const bar = output.bar('reading', 1);
    bar.step();
    bar.end();
    expect(err).toEqual([]);
  });
});
