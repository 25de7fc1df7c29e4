import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { resetSocket } from "../../sockets/reset-socket.ts";
import { listObjects } from "./list.ts";
import { ObjectStore } from "./object-store.ts";
import { type ObjectQuery, parseQuery } from "./query.ts";
import { RESOURCES, type Resource } from "./resource.ts";
import {
  forbidden,
  methodNotAllowed,
  notFound,
  type Status,
  StatusError,
  unauthorized,
} from "./status.ts";
import { Watch } from "./watch.ts";

export interface ApiServerOptions {
  readonly store?: ObjectStore;
  readonly host?: string;
  /** 0 takes a free one, which is kept over stop and start. */
  readonly port?: number;
  /** With a token, each request for objects must bring it. */
  readonly token?: string;
  /** With a certificate it speaks HTTPS; both as PEM. */
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly bookmarkIntervalMs?: number;
}

/** A request for objects that came in. */
export interface AskedOf {
  /** Verb and resource: `list nodes`. */
  readonly access: string;
  readonly parameters: URLSearchParams;
}

/** Answers in the server's place, or throws a {@link StatusError}; false leaves it to the server. */
export type AnswersInstead = (
  request: IncomingMessage,
  response: ServerResponse,
  query: ObjectQuery,
) => boolean | void;

const MOST_REMEMBERED = 1_000;

const VERSION = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.2",
  platform: "linux/amd64",
};

const USER = "system:serviceaccount:netchecker:netchecker";

/**
 * A Kubernetes API server as far as a reader of nodes, pods and services can tell: lists, pages and
 * watches over HTTP, from an {@link ObjectStore}. It can be stopped, started again on its port, made to hang, and told whom to refuse.
 */
export class ApiServer {
  readonly store: ObjectStore;
  readonly #options: ApiServerOptions;
  readonly #sockets = new Set<Socket>();
  readonly #watches = new Set<Watch>();
  #server: Server | undefined;
  #port: number;
  #hang: PromiseWithResolvers<void> | undefined;
  #token: string | undefined;
  readonly #instead = new Map<string, AnswersInstead>();
  /** How many requests for objects came in, by verb and resource: `list nodes`. */
  readonly requests = new Map<string, number>();
  /** The last of them, the newest last. */
  readonly asked: AskedOf[] = [];
  /** How many requests came without its token. */
  unauthorized = 0;
  /** How many connections were made to it. */
  connections = 0;

  constructor(options: ApiServerOptions = {}) {
    this.#options = options;
    this.store = options.store ?? new ObjectStore();
    this.#port = options.port ?? 0;
    this.#token = options.token;
  }

  /** Whether requests are answered now. */
  get answers(): boolean {
    return this.#server !== undefined && this.#hang === undefined;
  }

  get url(): string {
    const scheme = this.#options.tls ? "https" : "http";
    return `${scheme}://${this.#options.host ?? "127.0.0.1"}:${this.#port}`;
  }

  /** Listens; a second time on the same port. Rejects when the address is taken. */
  async start(): Promise<void> {
    if (this.#server) return;
    const answer = (request: IncomingMessage, response: ServerResponse) =>
      void this.#answer(request, response);
    const { tls } = this.#options;
    const server = tls ? createTlsServer(tls, answer) : createServer(answer);
    // A watch is one long answer, and a quiet one at that.
    server.requestTimeout = 0;
    server.on("connection", (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, this.#options.host ?? "127.0.0.1", resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Stops listening and resets every connection, as a killed server does. Safe to call twice. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#watches.clear();
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.cutConnections();
    await closed;
  }

  /** Resets every connection, and goes on listening. */
  cutConnections(): void {
    for (const socket of this.#sockets) resetSocket(socket);
  }

  /** From now on requests are accepted and never answered, and open watches are silent, until {@link resume}. */
  hang(): void {
    this.#hang ??= Promise.withResolvers();
  }

  /** Ends {@link hang}: what waited is answered, and watches tell what they kept back. */
  resume(): void {
    this.#hang?.resolve();
    this.#hang = undefined;
    for (const watch of this.#watches) watch.pump();
  }

  /** Forgets history: open watches end with a 410, and so does one that resumes from any version known so far. */
  compact(): void {
    this.store.compact();
  }

  /** Refuses a verb on a resource with a 403, until {@link allow}. */
  forbid(verb: ObjectQuery["verb"], resource: Resource): void {
    this.answerInstead(verb, resource, (_request, _response, query) => {
      throw new StatusError(forbidden({ user: USER, ...query }));
    });
  }

  allow(verb: ObjectQuery["verb"], resource: Resource): void {
    this.answerItself(verb, resource);
  }

  /** Lists of a resource have no items, whatever there is, until {@link listAll}; watches tell the truth. */
  listNothing(resource: Resource): void {
    this.answerInstead("list", resource, (_request, response, query) => {
      const { metadata, ...list } = listObjects(this.store, query);
      const { resourceVersion } = metadata;
      sendJson(response, 200, { ...list, metadata: { resourceVersion }, items: [] });
    });
  }

  listAll(resource: Resource): void {
    this.answerItself("list", resource);
  }

  /** From now on only this token is taken: the one before has expired. */
  rotateToken(token: string): void {
    this.#token = token;
  }

  /** Lets something else answer a verb on a resource, such as a proxy in between, until {@link answerItself}. */
  answerInstead(verb: ObjectQuery["verb"], resource: Resource, answers: AnswersInstead): void {
    this.#instead.set(`${verb} ${resource}`, answers);
  }

  answerItself(verb: ObjectQuery["verb"], resource: Resource): void {
    this.#instead.delete(`${verb} ${resource}`);
  }

  /** Refuses the next requests of a verb on a resource as priority and fairness does (apiserver pkg/server/filters). */
  throttle(verb: ObjectQuery["verb"], resource: Resource, retryAfterSeconds: number, times = 1) {
    let left = times;
    this.answerInstead(verb, resource, (_, response) => {
      if (left === 0) return false;
      left -= 1;
      const headers = { "content-type": "text/plain; charset=utf-8" };
      response.writeHead(429, { ...headers, "retry-after": `${retryAfterSeconds}` });
      response.end("Too many requests, please try again later.\n");
      return true;
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#hang?.promise;
    if (response.destroyed) return;
    try {
      const url = new URL(request.url ?? "/", this.url);
      if (url.pathname === "/version") sendJson(response, 200, VERSION);
      else if (["/readyz", "/livez", "/healthz"].includes(url.pathname)) response.end("ok");
      else this.#answerObjects(request, response, url);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      sendStatus(response, error.status);
    }
  }

  #answerObjects(request: IncomingMessage, response: ServerResponse, url: URL): void {
    if (!this.#authenticated(request)) {
      this.unauthorized += 1;
      throw new StatusError(unauthorized());
    }
    const query = parseQuery(url);
    if (request.method !== "GET") throw new StatusError(methodNotAllowed());
    const { verb, resource, namespace, name } = query;
    const access = `${verb} ${resource}`;
    this.requests.set(access, (this.requests.get(access) ?? 0) + 1);
    this.asked.push({ access, parameters: url.searchParams });
    if (this.asked.length > MOST_REMEMBERED) this.asked.shift();
    const instead = this.#instead.get(access);
    if (instead && instead(request, response, query) !== false) return;
    if (verb === "watch") this.#watch(query, response);
    else if (name === undefined) sendJson(response, 200, listObjects(this.store, query));
    else {
      const object = this.store.get(resource, name, namespace);
      if (!object) throw new StatusError(notFound(resource, name));
      sendJson(response, 200, { kind: RESOURCES[resource].kind, apiVersion: "v1", ...object });
    }
  }

  #watch(query: ObjectQuery, response: ServerResponse): void {
    const watch = new Watch(this.store, query, response, {
      bookmarkIntervalMs: this.#options.bookmarkIntervalMs ?? 60_000,
      hangs: () => this.#hang !== undefined,
    });
    this.#watches.add(watch);
    response.on("close", () => this.#watches.delete(watch));
  }

  #authenticated(request: IncomingMessage): boolean {
    if (this.#token === undefined) return true;
    const given = Buffer.from(request.headers.authorization ?? "");
    const wanted = Buffer.from(`Bearer ${this.#token}`);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}

function sendStatus(response: ServerResponse, status: Status): void {
  sendJson(response, status.code, status);
}

function sendJson(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
