import { createHash } from "node:crypto";
import type { AgentOptions } from "node:https";
import { HttpMethod, type KubeConfig, RequestContext } from "@kubernetes/client-node";
import { Agent, type Dispatcher, request } from "undici";
import type { Log } from "@netchecker/runtime/log";

/** client-go reads a token's file again after the same time (transport/token_source.go). */
const READ_AGAIN_AFTER_MS = 60_000;
const UNAUTHORIZED = 401;

export interface Asked {
  readonly query: Readonly<Record<string, string>>;
  readonly accept: string;
  /** How long the server may be silent, before the answer begins and between its parts. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
}

/** How a request is sent. It is made from the configuration as it was read last. */
interface Connection {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

/**
 * The access to one API server: its address, the identity with which requests are sent, and kept-alive connections.
 * Tokens and certificates rotate (a service account's token each hour). So the configuration and the files that it
 * names are read again each minute, and after a failed request.
 */
export class ApiServerAccess {
  readonly #load: () => KubeConfig;
  readonly #log: Log;
  readonly #readAgainAfterMs: number;
  #kubeConfig: KubeConfig;
  #readAt = performance.now();
  #mayBeOutdated = false;
  #dispatcher: Dispatcher | undefined;
  /** A digest of the options of the dispatcher. */
  #optionsDigest = "";

  /** Throws what `load` throws, if the configuration cannot be used at the start. */
  constructor(load: () => KubeConfig, log: Log, readAgainAfterMs = READ_AGAIN_AFTER_MS) {
    this.#load = load;
    this.#log = log;
    this.#readAgainAfterMs = readAgainAfterMs;
    this.#kubeConfig = load();
  }

  /**
   * Sends a GET. If the server refuses the token, and the token has changed since, the GET is sent once more. Rejects
   * if there is no answer; a refusal is an answer.
   */
  async get(path: string, asked: Asked): Promise<Dispatcher.ResponseData> {
    const pathAndQuery = `${path}?${new URLSearchParams(asked.query)}`;
    const connection = await this.#connection(pathAndQuery);
    const response = await this.#send(connection, asked);
    if (response.statusCode !== UNAUTHORIZED) return response;
    this.#mayBeOutdated = true;
    const fresh = await this.#connection(pathAndQuery);
    if (JSON.stringify(fresh.headers) === JSON.stringify(connection.headers)) return response;
    await response.body.dump();
    return this.#send(fresh, asked);
  }

  async #send(
    { url, headers, dispatcher }: Connection,
    asked: Asked,
  ): Promise<Dispatcher.ResponseData> {
    const { accept, silenceMs, signal } = asked;
    const timeouts = { headersTimeout: silenceMs, bodyTimeout: silenceMs };
    try {
      return await request(url, {
        ...timeouts,
        headers: { ...headers, accept },
        dispatcher,
        signal,
      });
    } catch (error) {
      this.#mayBeOutdated = true;
      throw error;
    }
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.#dispatcher?.destroy();
  }

  async #connection(pathAndQuery: string): Promise<Connection> {
    const now = performance.now();
    if (this.#mayBeOutdated || now - this.#readAt > this.#readAgainAfterMs) {
      this.#mayBeOutdated = false;
      this.#readAt = now;
      try {
        const fresh = this.#load();
        const connection = await this.#connectionBy(fresh, pathAndQuery);
        this.#kubeConfig = fresh;
        return connection;
      } catch (error) {
        const why = (error as Error).message;
        this.#log.warn({ why }, "cannot read the API server's configuration again; uses the last");
      }
    }
    return this.#connectionBy(this.#kubeConfig, pathAndQuery);
  }

  async #connectionBy(kubeConfig: KubeConfig, pathAndQuery: string): Promise<Connection> {
    const cluster = kubeConfig.getCurrentCluster();
    const url = `${cluster?.server.replace(/\/+$/, "") ?? ""}${pathAndQuery}`;
    const context = new RequestContext(url, HttpMethod.GET);
    await kubeConfig.applySecurityAuthentication(context);
    // The library would make a dispatcher, and so a connection, for each request. One with the same options is kept.
    const tls: AgentOptions = {};
    await kubeConfig.applyToHTTPSOptions(tls);
    const options = kubeConfig.createDispatcherOptions(cluster, tls);
    const digest = createHash("sha256").update(JSON.stringify(options)).digest("base64");
    if (digest !== this.#optionsDigest || !this.#dispatcher) {
      // `close` lets open requests on the old dispatcher finish.
      void this.#dispatcher?.close();
      this.#dispatcher = context.getDispatcher() ?? new Agent();
      this.#optionsDigest = digest;
    }
    return { url, headers: trimmed(context.getHeaders()), dispatcher: this.#dispatcher };
  }
}

/** A token's file may end with a line break, which a header must not have. */
function trimmed(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.trim()]));
}
