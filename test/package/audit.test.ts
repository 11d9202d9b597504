/** `npm run audit` beside a registry that is ours: npm asks it, and what it makes of the answer is read. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ROOT } from '../../scripts/package/pack.ts';
import { readAudit } from '../../scripts/package/read-audit.ts';

async function auditAgainst(registry: string): Promise<{ exit: number | null; said: string }> {
  const child = spawn(process.execPath, ['scripts/audit.ts'], {
    cwd: ROOT,
    env: {
      ...process.env,
      npm_config_registry: registry,
      npm_config_fetch_retries: '0',
    },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  await once(child, 'close');
  return { exit: child.exitCode, said };
}

async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Answers the question about advisories, and says of every package that it has no such thing. */
const answering =
  (advisories: unknown): RequestListener =>
  (request, response) => {
    request.resume();
    const asked = request.method === 'POST' && request.url?.includes('/advisories/bulk');
    response.writeHead(asked ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(asked ? advisories : { error: 'not found' }));
  };

const ADVISORY = {
  id: 1,
  url: 'https://example.com/advisory',
  title: 'Logs what it should not',
  severity: 'high',
  vulnerable_versions: '>=0.0.0',
  cwe: [],
  cvss: { score: 0, vectorString: null },
};

describe('npm run audit', () => {
  it('fails where what users get has a known advisory, and names it', async () => {
    const { exit, said } = await auditAgainst(await served(answering({ pino: [ADVISORY] })));
    expect(said).toMatch(/pino \(high\): Logs what it should not/);
    expect(exit).toBe(1);
  });

  it('passes where there is none', async () => {
    const { exit, said } = await auditAgainst(await served(answering({})));
    expect(said).toBe('audit: no known advisory for what users get\n');
    expect(exit).toBe(0);
  });

  it('passes over a registry that answers no audits, and says so', async () => {
    const registry = await served((request, response) => {
      request.resume();
      response.writeHead(405, { allow: 'GET,HEAD' }).end();
    });
    const { exit, said } = await auditAgainst(registry);
    expect(said).toMatch(
      /^audit: the registry does not answer audits \(HTTP 405\): nothing is known/,
    );
    expect(exit).toBe(0);
  });

  it('passes over a registry that is not there, and says so', async () => {
    const { exit, said } = await auditAgainst('http://127.0.0.1:9/');
    expect(said).toMatch(/does not answer audits \(ECONNREFUSED\)/);
    expect(exit).toBe(0);
  });
});

describe('what npm audit prints', () => {
  const printed = (stdout: string, stderr = '', status = 1) =>
    readAudit({ status, stdout, stderr });

  it('is a failure where the fault is ours', () => {
    const noLock = JSON.stringify({ error: { code: 'ENOLOCK', summary: 'needs a lockfile' } });
    expect(printed(noLock)).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('ENOLOCK'),
    });
    expect(printed('')).toMatchObject({ kind: 'failed' });
    expect(printed('[]')).toMatchObject({ kind: 'failed' });
    expect(printed('{"statusCode":400}')).toMatchObject({ kind: 'failed' });
  });

  it('is not clean where npm did not end well', () => {
    const none = JSON.stringify({ metadata: { vulnerabilities: { total: 0 } } });
    expect(printed(none, '', 0).kind).toBe('clean');
    expect(printed(none, '', 1).kind).toBe('failed');
  });

  it('counts findings whatever else went wrong', () => {
    const one = JSON.stringify({
      statusCode: 405,
      vulnerabilities: { pino: { severity: 'low', via: ['sonic-boom', { title: 'A title' }] } },
      metadata: { vulnerabilities: { total: 1 } },
    });
    expect(printed(one)).toEqual({
      kind: 'found',
      message: 'known advisories for what users get:\npino (low): through sonic-boom; A title',
    });
  });

  it.each([401, 403, 404, 405, 500, 501, 503])('is no answer with HTTP %i', (statusCode) => {
    expect(printed(JSON.stringify({ statusCode })).kind).toBe('unanswered');
  });
});
