import type { Phase } from "./simulated-rounds.ts";

/** Clusters to look at: their size, and what happens to them. */
export const STORIES = {
  healthy6: { size: 6, phases: [{ rounds: 180, causes: [] }] },
  broken6: {
    size: 6,
    phases: [
      { rounds: 100, causes: [] },
      { rounds: 6, causes: ["route/pair-both-new-connections-are-dropped"] },
      { rounds: 50, causes: [] },
      { rounds: 15, causes: ["pong/hung-still-listed"] },
    ],
  },
  /** Rounds of an older version, then each verdict. */
  turning6: {
    size: 6,
    phases: [
      { rounds: 30, causes: [], older: true },
      { rounds: 4, causes: ["route/pair-both-new-connections-are-dropped"], older: true },
      { rounds: 40, causes: [] },
      { rounds: 6, causes: [], silent: true },
      { rounds: 20, causes: [] },
      { rounds: 1, causes: ["pong/hung-still-listed"] },
    ],
  },
  degraded6: {
    size: 6,
    phases: [
      { rounds: 60, causes: [] },
      { rounds: 1, causes: ["route/pair-both-new-connections-are-dropped"] },
    ],
  },
  degraded200: {
    size: 200,
    phases: [
      { rounds: 8, causes: [] },
      { rounds: 1, causes: ["route/pair-both-new-connections-are-dropped"] },
    ],
  },
  healthy200: { size: 200, phases: [{ rounds: 12, causes: [] }] },
  broken200: {
    size: 200,
    phases: [
      { rounds: 6, causes: [] },
      {
        rounds: 6,
        causes: [
          "mtu/node-in",
          "node-down/silence",
          "route/pair-both-new-connections-are-dropped",
          "agent-missing/its-ping-has-no-image",
        ],
        leaving: 2,
      },
    ],
  },
  parted200: {
    size: 200,
    phases: [
      { rounds: 4, causes: [] },
      { rounds: 4, causes: ["partition/groups-out-new-connections-are-dropped"] },
    ],
  },
  healthy1000: { size: 1_000, phases: [{ rounds: 2, causes: [] }] },
  broken1000: {
    size: 1_000,
    phases: [
      {
        rounds: 3,
        causes: [
          "mtu/node-in",
          "node-down/silence",
          "pod-network/out-new-connections-are-dropped",
          "agent-missing/its-ping-has-no-image",
        ],
        leaving: 4,
      },
    ],
  },
} as const satisfies Record<string, { size: number; phases: readonly Phase[] }>;

export type Story = keyof typeof STORIES;
