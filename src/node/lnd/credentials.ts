/** Reads the certificate and the macaroon from wherever the user keeps them. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { bytesToHex, hexToBytes } from '../../units/bytes.ts';
import { NodeError, type NodeErrorCode } from '../node-error.ts';
import { whyUnreadable } from '../why-unreadable.ts';

export interface CredentialSources {
  readonly tlsCert: string | Uint8Array;
  readonly macaroon: string | Uint8Array;
}

export interface LndCredentials {
  readonly certPem: string;
  /** DER of the first certificate of the PEM text: the node's own, unless the user gave an authority's. */
  readonly certDer: Uint8Array;
  readonly macaroonHex: string;
}

const PEM_MARK = '-----BEGIN ';
const HEX = /^(?:[0-9a-fA-F]{2})+$/;
/** How macaroons begin, in hex and in base64; many hex digits in a row; and what is too long for the name of a file. */
const SECRET_TEXT =
  /^(?![./~])(?:(?:0x)?020[1-3]0[0-9a-fA-F]{20}|Ag[EI][\w+/=-]{40}|.*[0-9a-fA-F]{40}|\S{180})/;

/** Whatever was given by path is read anew on each call. @throws NodeError `wrong_certificate`, `wrong_macaroon` */
export async function readCredentials(sources: CredentialSources): Promise<LndCredentials> {
  const certPem = await readCertPem(sources.tlsCert);
  return {
    certPem,
    certDer: parseCertificate(certPem),
    macaroonHex: await readMacaroonHex(sources.macaroon),
  };
}

async function readCertPem(source: string | Uint8Array): Promise<string> {
  if (typeof source !== 'string') return new TextDecoder().decode(source);
  if (source.includes(PEM_MARK)) return source;
  const bytes = await readNamedFile(source, {
    code: 'wrong_certificate',
    what: "lnd's TLS certificate",
    where: 'usually ~/.lnd/tls.cert on the node',
  });
  return new TextDecoder().decode(bytes);
}

function parseCertificate(certPem: string): Uint8Array {
  if (!certPem.includes(`${PEM_MARK}CERTIFICATE-----`)) {
    const found = certPem.includes('PRIVATE KEY-----') ? 'a private key' : 'no PEM certificate';
    throw new NodeError(
      'wrong_certificate',
      `what was given as lnd's TLS certificate is ${found}; give tls.cert, a text that begins with "-----BEGIN CERTIFICATE-----"`,
    );
  }
  try {
    return new X509Certificate(certPem).raw;
  } catch (cause) {
    throw new NodeError(
      'wrong_certificate',
      "lnd's TLS certificate is damaged; copy tls.cert from the node again",
      { cause },
    );
  }
}

async function readMacaroonHex(source: string | Uint8Array): Promise<string> {
  if (typeof source !== 'string') return macaroonBytesToHex(source);
  const text = source.trim();
  if (HEX.test(text)) return text.toLowerCase();
  const bytes = await readNamedFile(source, {
    secret: SECRET_TEXT.test(text),
    code: 'wrong_macaroon',
    what: 'the macaroon',
    where: 'usually below ~/.lnd/data/chain/bitcoin/ on the node',
  });
  return macaroonBytesToHex(bytes);
}

/** Some tools store a macaroon as hex text; a binary one never consists of hex digits alone. */
function macaroonBytesToHex(bytes: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(bytes).trim();
  if (text === '' || text.startsWith(PEM_MARK)) {
    const found = text === '' ? 'is empty' : 'is a PEM file, not a macaroon';
    throw new NodeError(
      'wrong_macaroon',
      `what was given as macaroon ${found}; give the .macaroon file that \`lncli bakemacaroon\` wrote, its bytes, or their hex`,
    );
  }
  return HEX.test(text) ? bytesToHex(hexToBytes(text)) : bytesToHex(bytes);
}

async function readNamedFile(
  path: string,
  file: {
    /** What was given is no path but the secret itself, mistyped perhaps, and must not get into a log. */
    readonly secret?: boolean;
    readonly code: NodeErrorCode;
    readonly what: string;
    readonly where: string;
  },
): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (file.secret === true) {
      throw new NodeError(
        file.code,
        `${file.what} is neither hex nor the path of a file; give the path of a readable file, ${file.where}, or its bytes as hex without anything else`,
      );
    }
    const shown = path.length > 200 ? `${path.slice(0, 200)}...` : path;
    throw new NodeError(
      file.code,
      `${file.what} could not be read from "${shown}" (${whyUnreadable(cause)}); give the path of a readable file, ${file.where}`,
      { cause },
    );
  }
}
