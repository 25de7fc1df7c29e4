import type { Reason } from "@netchecker/contract";

/** The stages of an attempt. Each kind of probe has some of them, in this order. */
export type Stage =
  | "look-up-a"
  | "look-up-aaaa"
  | "connect"
  | "tls"
  | "response-head"
  | "small-answer"
  | "large-request"
  | "large-response";

/** The reason of an attempt that hears nothing more in a stage. */
const SILENCE: Readonly<Record<Stage, Reason>> = {
  "look-up-a": "dns_failure",
  "look-up-aaaa": "dns_failure",
  connect: "connect_timeout",
  tls: "response_timeout",
  "response-head": "response_timeout",
  "small-answer": "response_timeout",
  "large-request": "large_request_timeout",
  "large-response": "large_response_timeout",
};

const BEFORE_CONNECTION: ReadonlySet<Stage> = new Set(["look-up-a", "look-up-aaaa", "connect"]);

/** Facts that an attempt learns and that its outcome does not hold. */
export interface Facts {
  /** The name servers that may have been asked, the preferred one first. */
  readonly nameServers?: readonly string[];
  readonly addresses?: readonly string[];
  readonly tlsProtocol?: string;
  readonly certificateUntil?: string;
  readonly status?: number;
  /** Who answered and whose call it saw, as the answer says. */
  readonly pod?: string;
  readonly node?: string;
  readonly caller?: string;
  readonly bytesSent?: number;
  readonly bytesBack?: number;
}

/** Watches one attempt. Only `--probe` uses it. */
export interface StageObserver {
  /** A stage begins, so the stage before has succeeded. */
  entered(stage: Stage): void;
  /** The current stage showed something. */
  learned(facts: Facts): void;
}

/** How far an attempt has come. */
export class Progress {
  readonly observer: StageObserver | undefined;
  #stage: Stage = "connect";

  constructor(observer: StageObserver | undefined) {
    this.observer = observer;
  }

  enter(stage: Stage): void {
    this.#stage = stage;
    this.observer?.entered(stage);
  }

  /** The reason of the attempt if nothing more is heard from now on. */
  get silence(): Reason {
    return SILENCE[this.#stage];
  }

  get connected(): boolean {
    return !BEFORE_CONNECTION.has(this.#stage);
  }
}
