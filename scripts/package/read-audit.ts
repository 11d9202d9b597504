/** What the output of `npm audit --json` means. */
import { unreachableCode } from './registry-trouble.ts';

export type AuditVerdict =
  | { readonly kind: 'clean'; readonly message: string }
  /** Advisories were found. */
  | { readonly kind: 'found'; readonly message: string }
  /** Nobody could be asked. */
  | { readonly kind: 'unanswered'; readonly message: string }
  /** npm failed for a reason that is not the registry's. */
  | { readonly kind: 'failed'; readonly message: string };

interface AuditReport {
  readonly vulnerabilities?: Readonly<Record<string, { severity: string; via: unknown[] }>>;
  readonly metadata?: { readonly vulnerabilities?: { readonly total?: number } };
  readonly statusCode?: number;
}

/** Reads what `npm audit --json` has printed. */
export function readAudit(printed: {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}): AuditVerdict {
  const { status, stdout, stderr } = printed;
  const report = parsed(stdout);
  const total = report?.metadata?.vulnerabilities?.total;
  if (total !== undefined && total > 0) return { kind: 'found', message: listed(report ?? {}) };
  if (total === 0 && status === 0) {
    return { kind: 'clean', message: 'no known advisory for what users get' };
  }
  const refusal = refusedWith(report, stderr);
  if (refusal !== undefined) {
    return {
      kind: 'unanswered',
      message: `the registry does not answer audits (${refusal}): nothing is known of advisories`,
    };
  }
  return { kind: 'failed', message: `npm audit failed:\n${stdout}${stderr}` };
}

/** A registry that has no such endpoint, does not let one in, or is not there; faults of the lock file are none of these. */
function refusedWith(report: AuditReport | undefined, stderr: string): string | undefined {
  const status = report?.statusCode ?? Number(/audit (\d{3}) /.exec(stderr)?.[1] ?? Number.NaN);
  if ([401, 403, 404, 405, 501].includes(status) || status >= 500) return `HTTP ${status}`;
  return unreachableCode(`${JSON.stringify(report ?? {})}${stderr}`);
}

function parsed(stdout: string): AuditReport | undefined {
  try {
    return JSON.parse(stdout) as AuditReport;
  } catch {
    return undefined;
  }
}

function listed({ vulnerabilities = {} }: AuditReport): string {
  const lines = Object.entries(vulnerabilities).map(([name, { severity, via }]) => {
    const titles = via.map((cause) =>
      typeof cause === 'object' && cause !== null && 'title' in cause
        ? String(cause.title)
        : `through ${String(cause)}`,
    );
    return `${name} (${severity}): ${titles.join('; ')}`;
  });
  return ['known advisories for what users get:', ...lines].join('\n');
}
