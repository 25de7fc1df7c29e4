import { createHash } from "node:crypto";
import type { AgentOptions } from "node:https";
import { HttpMethod, type KubeConfig, RequestContext } from "@kubernetes/client-node";
import { Agent, type Dispatcher, request } from "undici";
import type { Log } from "@netchecker/runtime/log";

/** As client-go does with a token's file (transport/token_source.go). */
const READ_AGAIN_AFTER_MS = 60_000;
const UNAUTHORIZED = 401;

export interface Asked {
  readonly query: Readonly<Record<string, string>>;
  readonly accept: string;
  /** For so long nothing need come before the answer begins, and then between its parts. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
}

/** How a request is sent: made of the configuration as it was read last. */
interface Way {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

/**
 * The way to one API server: where it is, as whom it is asked, and connections that are used again. Tokens and
 * certificates rotate (a service account's token hourly): the configuration and the files that it names are read again
 * each minute, and after a request that failed.
 */
export class ApiServerAccess {
  readonly #load: () => KubeConfig;
  readonly #log: Log;
  readonly #readAgainAfterMs: number;
  #kubeConfig: KubeConfig;
  #readAt = performance.now();
  #doubted = false;
  #dispatcher: Dispatcher | undefined;
  /** A digest of what the dispatcher was made of. */
  #madeOf = "";

  /** Throws what `load` throws when it cannot be used at the start. */
  constructor(load: () => KubeConfig, log: Log, readAgainAfterMs = READ_AGAIN_AFTER_MS) {
    this.#load = load;
    this.#log = log;
    this.#readAgainAfterMs = readAgainAfterMs;
    this.#kubeConfig = load();
  }

  /**
   * Sends a GET; once more where it came with a token that was out of date. Rejects where there is no answer; one that
   * refuses is an answer.
   */
  async get(path: string, asked: Asked): Promise<Dispatcher.ResponseData> {
    const pathAndQuery = `${path}?${new URLSearchParams(asked.query)}`;
    const way = await this.#way(pathAndQuery);
    const response = await this.#send(way, asked);
    if (response.statusCode !== UNAUTHORIZED) return response;
    this.#doubted = true;
    const again = await this.#way(pathAndQuery);
    if (JSON.stringify(again.headers) === JSON.stringify(way.headers)) return response;
    await response.body.dump();
    return this.#send(again, asked);
  }

  async #send({ url, headers, dispatcher }: Way, asked: Asked): Promise<Dispatcher.ResponseData> {
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
      this.#doubted = true;
      throw error;
    }
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.#dispatcher?.destroy();
  }

  async #way(pathAndQuery: string): Promise<Way> {
    const now = performance.now();
    if (this.#doubted || now - this.#readAt > this.#readAgainAfterMs) {
      this.#doubted = false;
      this.#readAt = now;
      try {
        const fresh = this.#load();
        const way = await this.#wayOf(fresh, pathAndQuery);
        this.#kubeConfig = fresh;
        return way;
      } catch (error) {
        const why = (error as Error).message;
        this.#log.warn({ why }, "cannot read the API server's configuration again; uses the last");
      }
    }
    return this.#wayOf(this.#kubeConfig, pathAndQuery);
  }

  async #wayOf(kubeConfig: KubeConfig, pathAndQuery: string): Promise<Way> {
    const cluster = kubeConfig.getCurrentCluster();
    const url = `${cluster?.server.replace(/\/+$/, "") ?? ""}${pathAndQuery}`;
    const context = new RequestContext(url, HttpMethod.GET);
    await kubeConfig.applySecurityAuthentication(context);
    // The library makes a dispatcher for each request, and so a connection for each: the first of its kind is kept.
    const tls: AgentOptions = {};
    await kubeConfig.applyToHTTPSOptions(tls);
    const options = kubeConfig.createDispatcherOptions(cluster, tls);
    const madeOf = createHash("sha256").update(JSON.stringify(options)).digest("base64");
    if (madeOf !== this.#madeOf || !this.#dispatcher) {
      // Those who still read from the one before are let finish.
      void this.#dispatcher?.close();
      this.#dispatcher = context.getDispatcher() ?? new Agent();
      this.#madeOf = madeOf;
    }
    return { url, headers: trimmed(context.getHeaders()), dispatcher: this.#dispatcher };
  }
}

/** A token's file may end in a line break, which no header may. */
function trimmed(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.trim()]));
}
