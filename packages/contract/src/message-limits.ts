import type { TargetType } from "./check.ts";
import type { JsonBounds } from "./json-bounds.ts";
import { MAX_TARGETS } from "./target-list.ts";

/** How many targets of a type a list may have: the nodes of the largest supported cluster, or what an operator names. */
export const MOST_TARGETS: Readonly<Record<TargetType, number>> = {
  pod: MAX_TARGETS,
  node: MAX_TARGETS,
  service: 1_000,
  external: 1_000,
};

/** Who may have answered one target at most: a service is asked over up to 20 connections. */
export const MOST_ANSWERERS: Readonly<Record<TargetType, number>> = {
  pod: 1,
  node: 1,
  service: 20,
  external: 0,
};

/** The longest name of a pod and the longest of a node, one after the other: what Kubernetes allows. */
export const LONGEST_NAMES = 2 * 253;

/** What a message of a type may have, known before it is read. */
export interface MessageLimits {
  readonly targets: number;
  /** Length of its text. All that a healthy sender writes is ASCII, so that these are bytes, too. */
  readonly chars: number;
  readonly json: JsonBounds;
}

/** All of a report but its columns, with the longest names. */
const REPORT_HEAD_CHARS = 1_600;
/** A letter, a digit, and a latency with its comma: three significant digits of at most 3,600,000. */
const COLUMNS_CHARS = 10;
/** `"19999":"…",` with the longest detail. */
const DETAIL_CHARS = 11 + 200;
/** `"19999":[…],` */
const ANSWERED_CHARS = 11;
/** `["…","…",20],` */
const ANSWERER_CHARS = 11;

/**
 * The limits of a report for so many targets. `nameChars` is how long the names of an answerer, pod and
 * node, can be together. A report of a healthy agent stays below, whatever it found: it says of a pod or a
 * node either who answered or why none did, and both of a service.
 */
export function reportLimits(
  type: TargetType,
  targets: number,
  nameChars: number = LONGEST_NAMES,
): MessageLimits {
  const answerers = MOST_ANSWERERS[type];
  const answered = answerers === 0 ? 0 : ANSWERED_CHARS + answerers * (ANSWERER_CHARS + nameChars);
  const said = type === "service" ? DETAIL_CHARS + answered : Math.max(DETAIL_CHARS, answered);
  return {
    targets,
    chars: REPORT_HEAD_CHARS + targets * (COLUMNS_CHARS + said),
    json: {
      depth: 4,
      containers: 6 + targets * (1 + answerers),
      values: 60 + targets * 4 * (1 + answerers),
    },
  };
}

const LIST_HEAD_CHARS = 400;
/** `"clusterip",`, two names, `"[ip]:port",`; or an external target twice. */
const LIST_ENTRY_CHARS: Readonly<Record<TargetType, number>> = {
  pod: 12 + 256 + 256 + 60,
  node: 12 + 256 + 256 + 60,
  service: 12 + 600 + 256 + 60,
  external: 12 + 2_051 + 5 + 2_051,
};

/** The limits of a target list of a type. Who receives it cannot know how large the cluster is. */
export function listLimits(type: TargetType): MessageLimits {
  const targets = MOST_TARGETS[type];
  return {
    targets,
    chars: LIST_HEAD_CHARS + targets * LIST_ENTRY_CHARS[type],
    json: { depth: 2, containers: 5, values: 20 + targets * 4 },
  };
}
