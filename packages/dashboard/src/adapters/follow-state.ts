import type { State } from "@netchecker/contract";
import { EventStream } from "../core/event-stream.ts";
import type { Connection } from "../core/notices.ts";
import { type Api, ApiError } from "./api.ts";

const POLL_MS = 5_000;
/** Events come at once; where none does, something between holds them back. */
const FIRST_EVENT_MS = 5_000;
const MOST_POLLS_BETWEEN = 12;

/** What a follower tells. */
export interface Follower {
  state(state: State): void;
  connection(connection: Connection): void;
  /** A token is needed, or another one. Following ends. */
  unauthorized(): void;
}

/**
 * netchecker's state as it changes: by server-sent events, and while those fail by asking every 5 s.
 * Ends when the signal says so, or when a token is needed.
 */
export async function followState(
  api: Api,
  follower: Follower,
  signal: AbortSignal,
): Promise<void> {
  let lostSince: number | null = null;
  let polls = 1;
  const told = (state: State) => {
    lostSince = null;
    follower.state(state);
  };
  while (!signal.aborted) {
    try {
      await readEvents(api, signal, (state) => {
        polls = 1;
        follower.connection({ is: "live" });
        told(state);
      });
    } catch (error) {
      if (signal.aborted) return;
      if ((error as ApiError).status === 401) return follower.unauthorized();
    }
    for (let poll = 0; poll < polls && !signal.aborted; poll += 1) {
      try {
        const state = await api.get<State>("state", signal);
        const wasLost = lostSince !== null;
        follower.connection({ is: "polling" });
        told(state);
        // Back again: perhaps with events, so that is tried first.
        if (wasLost) break;
      } catch (error) {
        if (signal.aborted) return;
        if ((error as ApiError).status === 401) return follower.unauthorized();
        lostSince ??= Date.now();
        follower.connection({ is: "lost", since: lostSince, why: (error as Error).message });
      }
      await pause(POLL_MS, signal);
    }
    polls = Math.min(polls * 2, MOST_POLLS_BETWEEN);
  }
}

/** Reads events until the stream ends, or is silent for longer than a round takes. */
async function readEvents(
  api: Api,
  signal: AbortSignal,
  onState: (state: State) => void,
): Promise<void> {
  const silence = new AbortController();
  const either = AbortSignal.any([signal, silence.signal]);
  let timer = setTimeout(() => silence.abort(), FIRST_EVENT_MS);
  const stream = new EventStream();
  try {
    for await (const piece of api.stream("events", either))
      for (const data of stream.push(piece)) {
        const state = JSON.parse(data) as State;
        clearTimeout(timer);
        // A round opens and closes in each interval: both are events.
        timer = setTimeout(() => silence.abort(), state.intervalMs * 2);
        onState(state);
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
