/** Reads the certificate and the API key from wherever the user keeps them. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { bytesToHex } from '../../units/bytes.ts';
import { NodeError, type NodeErrorCode } from '../node-error.ts';
import { whyUnreadable } from '../why-unreadable.ts';

export interface LdkServerCredentialSources {
  readonly tlsCert: string | Uint8Array;
  readonly apiKey: string | Uint8Array;
}

export interface LdkServerCredentials {
  readonly certPem: string;
  /** DER of the certificate that the server is to present. */
  readonly certDer: Uint8Array;
  /** 64 lower-case hex characters; LDK Server takes their ASCII codes as the key, not the bytes that they stand for. */
  readonly apiKeyHex: string;
}

const PEM_MARK = '-----BEGIN ';
const HEX_KEY = /^[0-9a-fA-F]{64}$/;
const KEY_BYTES = 32;
/** A key that lacks a digit, has one too many, or stands in base64. */
const SECRET_TEXT = /^(?![./~])(?:.*[0-9a-fA-F]{40}|[0-9A-Za-z+/]{43}=?$)/;

/** Whatever was given by path is read anew on each call. @throws NodeError `wrong_certificate`, `wrong_api_key` */
export async function readCredentials(
  sources: LdkServerCredentialSources,
): Promise<LdkServerCredentials> {
  const certPem = await readCertPem(sources.tlsCert);
  return {
    certPem,
    certDer: parseCertificate(certPem),
    apiKeyHex: await readApiKey(sources.apiKey),
  };
}

async function readCertPem(source: string | Uint8Array): Promise<string> {
  if (typeof source !== 'string') return new TextDecoder().decode(source);
  if (source.includes(PEM_MARK)) return source;
  const bytes = await readNamedFile(source, {
    code: 'wrong_certificate',
    what: "LDK Server's TLS certificate",
    where: 'tls.crt in its storage directory, beside the directories of the networks',
  });
  return new TextDecoder().decode(bytes);
}

function parseCertificate(certPem: string): Uint8Array {
  if (!certPem.includes(`${PEM_MARK}CERTIFICATE-----`)) {
    const found = certPem.includes('PRIVATE KEY-----') ? 'a private key' : 'no PEM certificate';
    throw new NodeError(
      'wrong_certificate',
      `what was given as LDK Server's TLS certificate is ${found}; give tls.crt, a text that begins with "-----BEGIN CERTIFICATE-----"`,
    );
  }
  try {
    return new X509Certificate(certPem).raw;
  } catch (cause) {
    throw new NodeError(
      'wrong_certificate',
      "LDK Server's TLS certificate is damaged; copy tls.crt from the node again",
      { cause },
    );
  }
}

async function readApiKey(source: string | Uint8Array): Promise<string> {
  if (typeof source !== 'string') return keyBytesToHex(source);
  const text = source.trim();
  if (HEX_KEY.test(text)) return text.toLowerCase();
  const bytes = await readNamedFile(source, {
    secret: SECRET_TEXT.test(text),
    code: 'wrong_api_key',
    what: 'the API key',
    where: "api_key in the directory of the network, inside LDK Server's storage directory",
  });
  return keyBytesToHex(bytes);
}

/** LDK Server keeps 32 raw bytes in its file; people copy the key as hex. */
function keyBytesToHex(bytes: Uint8Array): string {
  if (bytes.length === KEY_BYTES) return bytesToHex(bytes);
  const text = new TextDecoder('latin1').decode(bytes).trim();
  if (HEX_KEY.test(text)) return text.toLowerCase();
  const found = text.startsWith(PEM_MARK) ? 'is a PEM file' : `has ${bytes.length} bytes`;
  throw new NodeError(
    'wrong_api_key',
    `what was given as LDK Server's API key ${found}; give its file api_key (32 bytes), or the key as 64 hex characters`,
  );
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
        `${file.what} is neither 64 hex characters nor the path of a file; give the path of a readable file: ${file.where}`,
      );
    }
    const shown = path.length > 200 ? `${path.slice(0, 200)}...` : path;
    throw new NodeError(
      file.code,
      `${file.what} could not be read from "${shown}" (${whyUnreadable(cause)}); give the path of a readable file: ${file.where}`,
      { cause },
    );
  }
}
