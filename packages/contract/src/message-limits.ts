import type { TargetType } from "./check.ts";
import type { JsonBounds } from "./json-bounds.ts";
import { MAX_TARGETS } from "./target-list.ts";

/**
 * The number of targets that a list of each type may have: those of the largest supported cluster,
 * or those that an operator may name.
 */
export const MAX_TARGETS_OF_TYPE: Readonly<Record<TargetType, number>> = {
  pod: MAX_TARGETS,
  node: MAX_TARGETS,
  service: 1_000,
  external: 1_000,
};

/**
 * The number of pods that may have answered one target. An agent asks a service over up to 20
 * connections.
 */
export const MAX_ANSWERERS_OF_TYPE: Readonly<Record<TargetType, number>> = {
  pod: 1,
  node: 1,
  service: 20,
  external: 0,
};

/** The longest pod name and the longest node name that Kubernetes allows, added up. */
export const MAX_NAMES_CHARS = 2 * 253;

/** The limits of a message. They are checked before the message is parsed. */
export interface MessageLimits {
  readonly targets: number;
  /**
   * The length of the text. A healthy sender only writes ASCII, so this is also the number of
   * bytes.
   */
  readonly chars: number;
  readonly json: JsonBounds;
}

/** Everything in a report except the columns, with the longest names. */
const REPORT_HEAD_CHARS = 1_600;
/**
 * A letter, a digit, and a latency with its comma: three significant digits of at most 3,600,000.
 */
const COLUMNS_CHARS = 10;
/** `"19999":"…",` with the longest detail. */
const DETAIL_CHARS = 11 + 200;
/** `"19999":[…],` */
const ANSWERED_CHARS = 11;
/** `["…","…",20],` */
const ANSWERER_CHARS = 11;

/**
 * The limits of a report on `targets` targets. `nameChars` is the length of the longest pod name
 * and the longest node name together. The report of a healthy agent always stays below: for a pod
 * or a node it holds either an answerer or a detail, and for a service it may hold both.
 */
export function reportLimits(
  type: TargetType,
  targets: number,
  nameChars: number = MAX_NAMES_CHARS,
): MessageLimits {
  const answerers = MAX_ANSWERERS_OF_TYPE[type];
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

/**
 * The limits of a target list. They fit the largest supported cluster, because an agent does not
 * know how large its cluster is.
 */
export function listLimits(type: TargetType): MessageLimits {
  const targets = MAX_TARGETS_OF_TYPE[type];
  return {
    targets,
    chars: LIST_HEAD_CHARS + targets * LIST_ENTRY_CHARS[type],
    json: { depth: 2, containers: 5, values: 20 + targets * 4 },
  };
}
