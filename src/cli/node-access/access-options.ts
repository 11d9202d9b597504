/** What names a node, as options of a command or keys of a configuration. */

export interface AccessOptions {
  /** Host and port of lnd's gRPC. */
  readonly lnd?: string;
  /** lnd's or LDK Server's own certificate, or the authority that signed clnrest's. */
  readonly tls?: string;
  readonly macaroon?: string;
  /** Path of lightningd's socket. */
  readonly cln?: string;
  /** URL of clnrest. */
  readonly clnrest?: string;
  /** The rune itself, or the path of a file that holds it. */
  readonly rune?: string;
  /** Path of lightningd's gossip_store. */
  readonly gossipStore?: string;
  /** Host and port of LDK Server's gRPC. */
  readonly ldkServer?: string;
  readonly apiKey?: string;
}

export type AccessField = keyof AccessOptions;

/** How the user gives them, for messages. */
export interface AccessNames {
  readonly of: Readonly<Record<AccessField, string>>;
  /** Before every message, such as `[node] `. */
  readonly prefix: string;
  /** Begins the sentence where nothing is given. */
  readonly none: string;
}

export const OPTION_NAMES: AccessNames = {
  of: {
    lnd: '--lnd',
    tls: '--tls',
    macaroon: '--macaroon',
    cln: '--cln',
    clnrest: '--clnrest',
    rune: '--rune',
    gossipStore: '--gossip-store',
    ldkServer: '--ldk-server',
    apiKey: '--api-key',
  },
  prefix: '',
  none: 'no node is named',
};

export const ACCESS_FIELDS = Object.keys(OPTION_NAMES.of) as readonly AccessField[];
