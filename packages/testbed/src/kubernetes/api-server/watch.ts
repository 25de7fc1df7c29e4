import type { ServerResponse } from "node:http";
import type { KubeObject } from "./kube-object.ts";
import type { ObjectStore, StoreEvent } from "./object-store.ts";
import type { ObjectQuery } from "./query.ts";
import { RESOURCES } from "./resource.ts";
import { StatusError, tooLargeVersion, tooOldVersion } from "./status.ts";

export interface WatchOptions {
  /** The real server sends a bookmark about once a minute. */
  readonly bookmarkIntervalMs: number;
  /** Whether the server hangs now: then nothing is sent, nothing is lost. */
  readonly hangs: () => boolean;
}

const INITIAL_EVENTS_END = { "k8s.io/initial-events-end": "true" };

/** The real server ends a watch that asks for no end of its own after 30 to 60 minutes. */
const anyTimeoutSeconds = () => 1800 + Math.random() * 1800;

/**
 * A watch: a cursor that follows the store's history and writes what passes to an open response, one
 * JSON object a line. Ends by itself at its timeout, when its client goes, or with a 410 when history was compacted
 * before it got there.
 */
export class Watch {
  readonly #store: ObjectStore;
  readonly #query: ObjectQuery;
  readonly #response: ServerResponse;
  readonly #options: WatchOptions;
  #cursor: number;
  #ended = false;

  /** Throws a {@link StatusError} for a version that is yet to come. */
  constructor(
    store: ObjectStore,
    query: ObjectQuery,
    response: ServerResponse,
    options: WatchOptions,
  ) {
    this.#store = store;
    this.#query = query;
    this.#response = response;
    this.#options = options;
    const from = query.resourceVersion ?? 0;
    if (from > store.version) throw new StatusError(tooLargeVersion(from, store.version));
    const initial = from === 0 || query.sendInitialEvents;
    this.#cursor = initial ? store.version : from;
    response.writeHead(200, {
      "content-type": "application/json",
      "cache-control": "no-cache, private",
    });
    response.flushHeaders();
    if (initial) this.#sendInitialEvents();
    this.#follow();
  }

  /** Writes all that has happened since the cursor, unless the server hangs or the client is slow. */
  pump(): void {
    if (this.#ended || this.#options.hangs() || this.#response.writableNeedDrain) return;
    if (this.#cursor < this.#store.compactedTo) {
      this.#write("ERROR", tooOldVersion(this.#cursor, this.#store.compactedTo));
      this.#end();
      return;
    }
    const events = this.#store.eventsSince(this.#cursor);
    this.#cursor = this.#store.version;
    for (const event of events) this.#pass(event);
  }

  #follow(): void {
    const pump = () => this.pump();
    const unsubscribe = this.#store.onChange(pump);
    const seconds = this.#query.timeoutSeconds ?? anyTimeoutSeconds();
    const end = setTimeout(() => {
      if (this.#options.hangs()) return;
      this.#bookmark();
      this.#end();
    }, seconds * 1000);
    const bookmarks = setInterval(() => this.#bookmark(), this.#options.bookmarkIntervalMs);
    this.#response.on("drain", pump);
    this.#response.on("close", () => {
      this.#ended = true;
      unsubscribe();
      clearTimeout(end);
      clearInterval(bookmarks);
    });
    pump();
  }

  #sendInitialEvents(): void {
    for (const object of this.#store.list(this.#query.resource))
      if (this.#query.matches(object)) this.#write("ADDED", this.#whole(object));
    this.#bookmark(INITIAL_EVENTS_END);
  }

  /** An object that stops matching is gone for this watch, one that starts is new. */
  #pass({ resource, object, previous, deleted }: StoreEvent): void {
    if (resource !== this.#query.resource) return;
    const before = previous !== null && this.#query.matches(previous);
    const after = !deleted && this.#query.matches(object);
    if (before && after) this.#write("MODIFIED", this.#whole(object));
    else if (after) this.#write("ADDED", this.#whole(object));
    else if (before) {
      const { resourceVersion } = object.metadata;
      const last = { ...previous, metadata: { ...previous.metadata, resourceVersion } };
      this.#write("DELETED", this.#whole(last as KubeObject));
    }
  }

  #bookmark(annotations?: object): void {
    if (!this.#query.allowWatchBookmarks || this.#ended || this.#options.hangs()) return;
    this.pump();
    if (this.#ended || this.#response.writableNeedDrain) return;
    const metadata = {
      resourceVersion: String(this.#cursor),
      ...(annotations && { annotations }),
    };
    this.#write("BOOKMARK", {
      ...this.#head(),
      metadata,
      ...RESOURCES[this.#query.resource].empty,
    });
  }

  #whole(object: KubeObject): object {
    return { ...this.#head(), ...object };
  }

  #head() {
    return { kind: RESOURCES[this.#query.resource].kind, apiVersion: "v1" };
  }

  #write(type: string, object: object): void {
    this.#response.write(`${JSON.stringify({ type, object })}\n`);
  }

  #end(): void {
    this.#ended = true;
    this.#response.end();
  }
}
