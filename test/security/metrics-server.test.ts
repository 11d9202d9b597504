/** What others can do to the server of the figures: pages in a browser on this machine above all. */
import { request } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { type MetricsServer, serveMetrics } from '../../src/cli/metrics/metrics-server.ts';

const FIGURES = {
  contentType: 'text/plain',
  metrics: async () => 'ballast_balance 1\n',
  health: () => ({ ok: true }),
};
const server: MetricsServer = await serveMetrics({ host: '127.0.0.1', port: 0 }, FIGURES);
afterAll(() => server.close());
const port = Number(new URL(server.url).port);

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** As a browser would, with headers that `fetch` does not let be set. */
function asked(headers: Record<string, string>, path = '/metrics'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body });
      });
    })
      .on('error', reject)
      .end();
  });
}

describe('on an address of this machine alone', () => {
  it.each(['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'localhost.evil'])(
    'a page that gives its own name our address reads nothing: %s',
    async (Host) => {
      for (const path of ['/metrics', '/health']) {
        const { status, body } = await asked({ Host }, path);
        expect(status).toBe(421);
        expect(body).toBe('ask for 127.0.0.1, localhost or an address, not for another name\n');
      }
    },
  );

  it.each(['127.0.0.1', 'localhost', 'LOCALHOST:9464', '[::1]:9464', '10.0.0.2:80'])(
    'whoever asks for %s is answered',
    async (Host) => {
      expect(await asked({ Host })).toMatchObject({ status: 200, body: 'ballast_balance 1\n' });
    },
  );

  it('the name that the configuration listens on is one to ask for', async () => {
    const named = await serveMetrics({ host: 'localhost', port: 0 }, FIGURES);
    const { port: at } = new URL(named.url);
    expect((await fetch(`http://localhost:${at}/metrics`)).status).toBe(200);
    await named.close();
  });
});

it('no page of another origin may read an answer', async () => {
  const { status, headers } = await asked({ Origin: 'http://evil.example' });
  expect(status).toBe(200);
  expect(Object.keys(headers).filter((name) => /access-control|set-cookie/.test(name))).toEqual([]);
});

it('listens nowhere unless it is told to', async () => {
  const { readConfig } = await import('../../src/cli/config/read-config.ts');
  const toml =
    '[node]\nlnd = "x:1"\ntls = "t"\nmacaroon = "m"\n[store]\npath = "s"\n[budget]\nper_day = 1\n';
  expect(readConfig(toml, 'b.toml')).toMatchObject({ config: { metrics: undefined } });
  expect(readConfig(`${toml}[metrics]\nlisten = ":9464"\n`, 'b.toml')).toMatchObject({
    kind: 'problems',
  });
});
