import type { Reason } from "@netchecker/contract";

/** What an attempt goes through. Each kind of probe has some of these, in this order. */
export type Stage =
  | "look-up-a"
  | "look-up-aaaa"
  | "connect"
  | "tls"
  | "response-head"
  | "small-answer"
  | "large-request"
  | "large-response";

/** What it means when nothing more is heard in a stage. */
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

/** What an attempt learns on its way that its outcome does not hold. */
export interface Facts {
  /** The name servers that may have been asked, the preferred one first. */
  readonly nameServers?: readonly string[];
  readonly addresses?: readonly string[];
  readonly tlsProtocol?: string;
  readonly certificateUntil?: string;
  readonly status?: number;
  /** Who answered, by its own word, and whom it saw calling. */
  readonly pod?: string;
  readonly node?: string;
  readonly caller?: string;
  readonly bytesSent?: number;
  readonly bytesBack?: number;
}

/** Watches one attempt, for `--probe`; a round's attempts have none. */
export interface StageObserver {
  /** A stage begins, and with it the one before has succeeded. */
  entered(stage: Stage): void;
  /** Of the stage that is under way. */
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

  /** What it means when nothing more is heard from now on. */
  get silence(): Reason {
    return SILENCE[this.#stage];
  }

  get connected(): boolean {
    return !BEFORE_CONNECTION.has(this.#stage);
  }
}
