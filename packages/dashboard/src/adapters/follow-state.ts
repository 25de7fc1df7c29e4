import type { State } from "@netchecker/contract";
import { createParser } from "eventsource-parser";
import type { Connection } from "../core/connection.ts";
import { type Api, ApiError } from "./api.ts";

const POLL_MS = 5_000;
/** A state is small, so an answer that takes longer than this will not come. */
const POLL_WITHIN_MS = 10_000;
/**
 * netchecker sends the first event at once. If none arrives, something on the way holds events
 * back.
 */
const FIRST_EVENT_MS = 5_000;
/** netchecker sends a heartbeat every 15 s. */
const SILENCE_MS = 40_000;
const MAX_INTERVALS_BETWEEN_POLLS = 12;

const LIVE: Connection = { is: "live" };
const POLLING: Connection = { is: "polling" };

type Untold = Extract<Connection, { since: number }>;

/** Receives what the follower finds out. Times are of this machine's clock. */
export interface Follower {
  state(state: State): void;
  /** Also called each time that something arrives. */
  connection(connection: Connection): void;
  /** netchecker asks for a token, or refuses the given one. Following ends. */
  unauthorized(): void;
}

/**
 * Follows netchecker's state: by server-sent events, and by asking every 5 s while events fail. It
 * ends when the signal is aborted, or when netchecker asks for a token.
 */
export async function followState(
  api: Api,
  follower: Follower,
  signal: AbortSignal,
): Promise<void> {
  let untold: Untold | null = null;
  let heardAt = Date.now();
  let polls = 1;
  const heard = (how: Connection) => {
    untold = null;
    heardAt = Date.now();
    follower.connection(how);
  };
  while (!signal.aborted) {
    try {
      await readEvents(
        api,
        signal,
        () => heard(LIVE),
        (state) => {
          polls = 1;
          follower.state(state);
        },
      );
    } catch (error) {
      if (signal.aborted) return;
      if ((error as ApiError).status === 401) return follower.unauthorized();
    }
    for (let poll = 0; poll < polls && !signal.aborted; poll += 1) {
      let pauseMs = POLL_MS;
      try {
        const within = AbortSignal.timeout(POLL_WITHIN_MS);
        const state = await api.get<State>("state", AbortSignal.any([signal, within]));
        const isBack = untold !== null;
        heard(POLLING);
        follower.state(state);
        // netchecker is back. Perhaps events work again, so they are tried first.
        if (isBack) break;
      } catch (error) {
        if (signal.aborted) return;
        const { status, code, message, retryAfterMs } = error as ApiError;
        if (status === 401) return follower.unauthorized();
        const is = code === "standing_by" ? "standing-by" : "lost";
        // A netchecker that stands by answers too. Only the page can tell for how long it has done
        // so.
        const begun: number = is === "lost" ? heardAt : Date.now();
        const since: number = untold?.is === is ? untold.since : begun;
        follower.connection((untold = { is, since, why: message }));
        pauseMs = Math.min(retryAfterMs ?? POLL_MS, POLL_MS);
      }
      await pause(pauseMs, signal);
    }
    polls = Math.min(polls * 2, MAX_INTERVALS_BETWEEN_POLLS);
  }
}

/**
 * Reads events until the stream ends, or until it is silent for longer than its heartbeat allows.
 */
async function readEvents(
  api: Api,
  signal: AbortSignal,
  onPiece: () => void,
  onState: (state: State) => void,
): Promise<void> {
  const silence = new AbortController();
  const either = AbortSignal.any([signal, silence.signal]);
  let timer = setTimeout(() => silence.abort(), FIRST_EVENT_MS);
  let hasState = false;
  const parser = createParser({
    onEvent({ data }) {
      hasState = true;
      onState(JSON.parse(data) as State);
    },
  });
  try {
    for await (const piece of api.stream("events", either)) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      // The state first: the page says `live` only once it knows a state.
      parser.feed(piece);
      if (hasState) onPiece();
    }
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
