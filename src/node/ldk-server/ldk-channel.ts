/** The gRPC channel to one LDK Server, opened anew with fresh credentials whenever the connection was lost. */
import { checkServerIdentity } from 'node:tls';
import {
  type ChannelOptions,
  Client,
  connectivityState,
  credentials as grpcCredentials,
} from '@grpc/grpc-js';
import { NodeError } from '../node-error.ts';
import type { LdkServerAddress } from './address.ts';
import {
  type LdkServerCredentialSources,
  type LdkServerCredentials,
  readCredentials,
} from './credentials.ts';
import { probeTls, type TlsIdentity } from './tls-probe.ts';

export interface LdkChannelOptions extends LdkServerCredentialSources {
  readonly address: LdkServerAddress;
  readonly serverName: string | undefined;
  readonly connectDeadlineMs: number;
}

/** A channel that was connected a moment ago, and the key that signs calls on it. */
export interface OpenChannel {
  readonly client: Client;
  readonly apiKeyHex: string;
}

/** Scores of a large network take some megabytes; gRPC's own limit is 4 MiB. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  // The event stream is silent for hours, so half-open connections are found by pings.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.keepalive_permit_without_calls': 0,
  // A second attempt needs a signature of its own, and a splice must not be made twice.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // The probe dials the node itself, so the channel must take the same way.
  'grpc.enable_http_proxy': 0,
  // Channels with other credentials must not share a connection, and closing one must close its own.
  'grpc.use_local_subchannel_pool': 1,
};

export class LdkChannel {
  readonly #options: LdkChannelOptions;
  #open: OpenChannel | undefined;
  #opening: Promise<OpenChannel> | undefined;
  #closed = false;

  constructor(options: LdkChannelOptions) {
    this.#options = options;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * A channel that is connected. Where it is not, certificate and key are read again, and the connection is tried from
   * scratch.
   *
   * @throws NodeError that says why there is none
   */
  async connected(): Promise<OpenChannel> {
    if (this.#closed) throw closedError();
    if (this.#open !== undefined && isReady(this.#open.client)) return this.#open;
    this.#opening ??= this.#reopen().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Why the node cannot be reached, or `undefined` when it can. */
  async explain(): Promise<NodeError | undefined> {
    if (this.#closed) return closedError();
    try {
      await this.#probe(await readCredentials(this.#options));
      return undefined;
    } catch (error) {
      if (error instanceof NodeError) return error;
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    this.#open?.client.close();
    this.#open = undefined;
  }

  async #reopen(): Promise<OpenChannel> {
    const credentials = await readCredentials(this.#options);
    const identity = await this.#probe(credentials);
    const client = openClient(this.#options.address, credentials, identity);
    await this.#waitUntilReady(client);
    if (this.#closed) {
      client.close();
      throw closedError();
    }
    this.#open?.client.close();
    this.#open = { client, apiKeyHex: credentials.apiKeyHex };
    return this.#open;
  }

  #probe({ certPem, certDer }: LdkServerCredentials): Promise<TlsIdentity> {
    const { address, serverName, connectDeadlineMs } = this.#options;
    return probeTls({ address, serverName, deadlineMs: connectDeadlineMs, certPem, certDer });
  }

  #waitUntilReady(client: Client): Promise<void> {
    const { address, connectDeadlineMs } = this.#options;
    return new Promise((resolve, reject) => {
      client.waitForReady(Date.now() + connectDeadlineMs, (cause) => {
        if (cause === undefined) {
          resolve();
          return;
        }
        client.close();
        reject(
          new NodeError(
            'unreachable',
            `${address.text} answers, but no gRPC connection came about within ${connectDeadlineMs} ms; check that this is LDK Server's port, or try again`,
            { cause },
          ),
        );
      });
    });
  }
}

export const closedError = (): NodeError =>
  new NodeError(
    'closed',
    'this connection to LDK Server has been closed; connect anew with connectLdkServer',
  );

const isReady = (client: Client): boolean =>
  client.getChannel().getConnectivityState(false) === connectivityState.READY;

function openClient(
  address: LdkServerAddress,
  { certPem }: LdkServerCredentials,
  { checkedName, sniName }: TlsIdentity,
): Client {
  const credentials = grpcCredentials.createSsl(Buffer.from(certPem), null, null, {
    checkServerIdentity: (_sniName, certificate) => checkServerIdentity(checkedName, certificate),
  });
  // The override only sets the SNI, which otherwise would be the IP address; the name in the certificate is checked
  // above, against what the probe accepted.
  const override = sniName === address.host ? {} : { 'grpc.ssl_target_name_override': sniName };
  return new Client(address.text, credentials, { ...CHANNEL_OPTIONS, ...override });
}
