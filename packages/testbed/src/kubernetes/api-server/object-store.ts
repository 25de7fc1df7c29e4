import { randomUUID } from "node:crypto";
import { kubeTime, type KubeObject } from "./kube-object.ts";
import { RESOURCES, type Resource } from "./resource.ts";

/** One change. `previous` is null for a creation; of a deletion, `object` is the last state. */
export interface StoreEvent {
  readonly version: number;
  readonly resource: Resource;
  readonly key: string;
  readonly deleted: boolean;
  readonly object: KubeObject;
  readonly previous: KubeObject | null;
}

/** History that is asked for has been compacted away. */
export class CompactedError extends Error {
  override name = "CompactedError";
}

const MAX_EVENTS = 10_000;

/** What etcd is to an API server: objects, one version counter for all of them, and a history of changes. */
export class ObjectStore {
  #version: number;
  #compactedTo = 0;
  #events: StoreEvent[] = [];
  readonly #objects = new Map<string, Readonly<KubeObject>>();
  readonly #listeners = new Set<() => void>();

  /** Starts empty at a version, or with objects that keep their own versions. */
  constructor(version = 1, seed: Partial<Record<Resource, readonly KubeObject[]>> = {}) {
    this.#version = version;
    for (const resource of Object.keys(seed) as Resource[])
      for (const object of seed[resource]!)
        this.#objects.set(keyOf(resource, object), structuredClone(object));
  }

  /** The version of the last change to anything. */
  get version(): number {
    return this.#version;
  }

  /** The oldest version from which changes can still be told. */
  get compactedTo(): number {
    return this.#compactedTo;
  }

  /** The object, or undefined. Treat it as read-only. */
  get<T extends KubeObject>(resource: Resource, name: string, namespace?: string): T | undefined {
    return this.#objects.get(
      keyOf(resource, { metadata: { name, ...(namespace && { namespace }) } }),
    ) as T;
  }

  /** All objects of a resource in the order of their keys, as of now or of an earlier version. */
  list<T extends KubeObject>(resource: Resource, version = this.#version): T[] {
    const prefix = `${resource}/`;
    const objects = new Map([...this.#objects].filter(([key]) => key.startsWith(prefix)));
    if (version < this.#version)
      for (const event of this.eventsSince(version).toReversed()) {
        if (event.resource !== resource) continue;
        if (event.previous) objects.set(event.key, event.previous);
        else objects.delete(event.key);
      }
    return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object as T);
  }

  /** All changes after a version. Throws a {@link CompactedError} when they are not known any more. */
  eventsSince(version: number): StoreEvent[] {
    if (version < this.#compactedTo) throw new CompactedError(`version ${version} is compacted`);
    let start = this.#events.length;
    while (start > 0 && this.#events[start - 1]!.version > version) start -= 1;
    return this.#events.slice(start);
  }

  create<T extends KubeObject>(resource: Resource, object: T): T {
    const key = keyOf(resource, object);
    if (this.#objects.has(key)) throw new Error(`${key} exists already`);
    const created = structuredClone(object);
    created.metadata.uid ??= randomUUID();
    created.metadata.creationTimestamp ??= kubeTime();
    return this.#commit(resource, key, created, null, false) as T;
  }

  /** Replaces the object by what `change` makes of a copy of it. Throws where there is none. */
  update<T extends KubeObject>(resource: Resource, object: KubeObject, change: (copy: T) => void) {
    const key = keyOf(resource, object);
    const previous = this.#objects.get(key);
    if (!previous) throw new Error(`${key} does not exist`);
    const changed = structuredClone(previous);
    change(changed as T);
    return this.#commit(resource, key, changed, previous, false) as T;
  }

  /** Deletes the object; one that is not there is no error. */
  remove(resource: Resource, object: KubeObject): void {
    const key = keyOf(resource, object);
    const previous = this.#objects.get(key);
    if (previous) this.#commit(resource, key, structuredClone(previous), previous, true);
  }

  /** Forgets all history, after a change to something that nobody here watches: every version given out is too old. */
  compact(): void {
    this.#version += 1;
    this.#compactedTo = this.#version;
    this.#events = [];
    this.#tell();
  }

  /** Calls `listener` after each change. Returns the function that ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #commit(
    resource: Resource,
    key: string,
    object: KubeObject,
    previous: KubeObject | null,
    deleted: boolean,
  ): KubeObject {
    this.#version += 1;
    object.metadata.resourceVersion = String(this.#version);
    if (deleted) this.#objects.delete(key);
    else this.#objects.set(key, object);
    this.#events.push({ version: this.#version, resource, key, deleted, object, previous });
    if (this.#events.length > MAX_EVENTS)
      this.#compactedTo = this.#events.splice(0, MAX_EVENTS / 2).at(-1)!.version;
    this.#tell();
    return object;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function keyOf(resource: Resource, { metadata }: Pick<KubeObject, "metadata">): string {
  return RESOURCES[resource].namespaced
    ? `${resource}/${metadata.namespace}/${metadata.name}`
    : `${resource}/${metadata.name}`;
}
