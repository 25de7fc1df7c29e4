import type { RedisServer } from "./redis-server.ts";

const LEASE_MS = 15_000;
const RENEW_MS = 1_000;

/** Another netchecker that holds the lease to open rounds, as far as Redis can tell. */
export class ForeignLease {
  readonly #redis: RedisServer;
  readonly #key: string;
  #renewal: NodeJS.Timeout | undefined;

  constructor(redis: RedisServer, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  /** Takes it, whoever has it, and keeps it alive until {@link release}; `owner` is the key's value. */
  async take(owner: string): Promise<void> {
    clearInterval(this.#renewal);
    await this.#write(owner);
    this.#renewal = setInterval(() => {
      // While Redis is away nobody holds anything.
      this.#write(owner).catch(() => {});
    }, RENEW_MS);
  }

  /** Gives it up, as one does that ends in good order. Safe to call twice. */
  async release(): Promise<void> {
    if (!this.#renewal) return;
    this.stop();
    await this.#redis.command("DEL", this.#key);
  }

  /** Renews it no longer, as one that died. */
  stop(): void {
    clearInterval(this.#renewal);
    this.#renewal = undefined;
  }

  async #write(owner: string): Promise<void> {
    await this.#redis.command("SET", this.#key, owner, "PX", String(LEASE_MS));
  }
}
