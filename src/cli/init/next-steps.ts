/** What is to be done once a configuration is written, as commands. */
import { createRuneCommand } from '../../node/cln/cln-methods.ts';
import { bakeMacaroonCommand } from '../../node/lnd/permissions.ts';
import type { AccessField } from '../node-access/access-options.ts';
import type { NodeAccess } from '../node-access/chosen-access.ts';

export interface Step {
  readonly what: string;
  readonly command?: string;
}

interface Written {
  /** The configuration; `-` where it was printed. */
  readonly file: string;
  readonly placeholders: readonly AccessField[];
  /** Whether a file of credentials is there already: lncli replaces what it finds. */
  readonly isThere: (file: string) => boolean;
}

export function nextSteps(
  access: NodeAccess,
  { file, placeholders, isThere }: Written,
): readonly Step[] {
  const named = file === '-' ? 'ballast.toml' : quoted(file);
  return [
    ...credentialSteps(access, isThere),
    ...(placeholders.length === 0
      ? []
      : [
          { what: `Look through [node] in ${named}: not all of it was named, so it has the usual` },
        ]),
    {
      what: `See to per_day in [budget] of ${named}, the most that may be paid in fees in a day (2,000 sat as written)`,
    },
    { what: 'See whether all is well', command: `ballast doctor --config ${named}` },
    {
      what: 'See what it would do',
      command: `ballast run --config ${named} --dry-run --once`,
    },
    ...(access.kind === 'ldk_server'
      ? []
      : [{ what: 'Let it run', command: `ballast run --config ${named}` }]),
  ];
}

function credentialSteps(access: NodeAccess, isThere: Written['isThere']): readonly Step[] {
  switch (access.kind) {
    case 'lnd':
      if (isThere(access.macaroon)) {
        return [
          {
            what: `${access.macaroon} is there already. Where it permits more than is needed, bake a smaller one beside it, name that in [node], and let nobody else read it (chmod 600)`,
            command: bakeMacaroonCommand({ planning: true, saveTo: 'ballast-smallest.macaroon' }),
          },
        ];
      }
      return [
        {
          what: `Bake the smallest macaroon that works, as ${access.macaroon}, and let nobody else read it (chmod 600)`,
          command: bakeMacaroonCommand({ planning: true, saveTo: quoted(access.macaroon) }),
        },
      ];
    case 'clnrest':
      return [
        {
          what: `Make the smallest rune that works (its askrene- methods share with lightningd's own payments what ours hold and learn; without them all else works), and write what it shows as "rune" into ${access.rune} (chmod 600)`,
          command: createRuneCommand({ planning: true, askrene: true }),
        },
      ];
    case 'cln':
      return [{ what: `Run Ballast as a user who may open ${access.cln}` }];
    case 'ldk_server':
      return [
        {
          what: `Copy tls.crt and the API key of LDK Server to ${access.tls} and ${access.apiKey} (chmod 600)`,
        },
      ];
  }
}

/** For a shell. */
const quoted = (path: string): string =>
  /^[A-Za-z0-9_./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
