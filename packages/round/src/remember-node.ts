import type { NodeReadiness, NodeRecord } from "./cluster-view.ts";
import { happenedAt, type Sighting } from "./sighting.ts";

/**
 * A node's Ready condition as Kubernetes tells it now. A new node has none until the kubelet or the node controller
 * writes one.
 */
export interface ToldReadiness extends Pick<NodeReadiness, "status" | "reason" | "message"> {
  /** Milliseconds since 1970, by the clock of whoever wrote the condition; 0 if there is no time in it. */
  readonly transitionAt: number;
}

/** The parts of a node, as Kubernetes tells it now, that `rememberNode` needs. */
export interface ToldNode {
  /** Changes if the node is deleted and created again under the same name. */
  readonly uid: string;
  readonly createdAt: number;
  readonly readiness: ToldReadiness | null;
}

/** One state of a node that Kubernetes told, and how the watch came to see it. */
interface HeardOfNode {
  readonly told: ToldNode;
  readonly seen: Sighting;
}

/** A node record, with what is needed to compare it with the node's next state. */
export interface RememberedNode extends NodeRecord {
  readonly uid: string;
  /** As Kubernetes told it; its clock may be wrong. */
  readonly transitionAt: number;
  /**
   * The states that the watch has seen so far of a node that was in its first list, oldest first. They are
   * kept until the memory of an earlier netchecker is loaded: `recallNode` replays them on top of it. Null
   * for a node that needs no earlier memory.
   */
  readonly heard: readonly HeardOfNode[] | null;
}

/** What netchecker knew of a node until now. */
export interface KnownNode extends Pick<
  RememberedNode,
  "uid" | "transitionAt" | "createdAt" | "everReady" | "returns" | "shutdownSince"
> {
  readonly readiness: Pick<NodeReadiness, "status" | "since">;
  readonly heard?: RememberedNode["heard"];
}

type Remembered = Pick<
  RememberedNode,
  "createdAt" | "readiness" | "everReady" | "returns" | "shutdownSince" | "heard"
>;

/** How long a return is remembered. */
const RETURN_KEPT_MS = 3_600_000;
const MAX_RETURNS = 60;
/** A kubelet writes the first condition of its node within this time after the node's creation. */
const FIRST_CONDITION_MS = 10_000;
const MAX_MESSAGE_CHARS = 300;
/** A watch that saw more states of a node than this needs no earlier netchecker's memory of it. */
const MAX_HEARD = 10;

/** pkg/kubelet/nodeshutdown: the kubelet's own words, alone or among other errors. */
const SHUTTING_DOWN = "node is shutting down";
/** pkg/controller/nodelifecycle: the node controller's reason for a kubelet that never wrote a status. */
const NEVER_UPDATED = "NodeStatusNeverUpdated";

/** Combines what Kubernetes tells of a node now with what was known of it before. */
export function rememberNode(
  told: ToldNode,
  previous: KnownNode | null,
  seen: Sighting,
): Remembered {
  const before = previous?.uid === told.uid ? previous : null;
  const { readiness } = told;
  const status = readiness?.status ?? "Unknown";
  const transitionAt = readiness?.transitionAt ?? 0;
  const same = before?.readiness.status === status && before.transitionAt === transitionAt;
  const since = same ? before.readiness.since : happenedAt(transitionAt, seen);
  const ready = status === "True";
  const returned = ready && before?.everReady === true && !same;
  return {
    createdAt: before?.createdAt ?? happenedAt(told.createdAt, seen),
    readiness: {
      status,
      since,
      reason: readiness?.reason ?? "",
      message: (readiness?.message ?? "").slice(0, MAX_MESSAGE_CHARS),
    },
    everReady: ready || (before ? before.everReady : !wasNeverReady(told, seen)),
    returns: [...(before?.returns ?? []), ...(returned ? [since] : [])]
      .filter((at) => seen.now - at < RETURN_KEPT_MS)
      .slice(-MAX_RETURNS),
    shutdownSince: ready ? null : (shutdownBegan() ?? before?.shutdownSince ?? null),
    heard: before ? addHeard(before.heard ?? null, told, seen) : firstHeard(told, seen),
  };

  function shutdownBegan(): number | null {
    if (!isShuttingDown(readiness)) return null;
    // If the node was not Ready before, the time of its condition is older than the shutdown.
    return same ? (before.shutdownSince ?? seen.now) : since || seen.now;
  }
}

/**
 * Whether a node that is not Ready, and of which nothing is remembered, was never Ready. A kubelet writes its
 * first condition when it creates the node, so a condition as old as the node is the first one. When the node
 * controller writes Unknown, it sets a new time. A watch that begins later cannot tell then, and takes the
 * node for one that was Ready.
 */
function wasNeverReady({ createdAt, readiness }: ToldNode, { live }: Sighting): boolean {
  if (live || readiness === null || readiness.reason === NEVER_UPDATED) return true;
  return readiness.transitionAt - createdAt <= FIRST_CONDITION_MS;
}

/** Null for a node that this watch saw come: no earlier netchecker can know more of it. */
function firstHeard(told: ToldNode, seen: Sighting): RememberedNode["heard"] {
  return seen.knownUntil === null ? [{ told: shortened(told), seen }] : null;
}

function addHeard(
  heard: RememberedNode["heard"],
  told: ToldNode,
  seen: Sighting,
): RememberedNode["heard"] {
  if (heard === null) return null;
  const short = shortened(told);
  const last = heard.at(-1)?.told.readiness;
  const { readiness } = short;
  const same =
    last?.status === readiness?.status &&
    last?.transitionAt === readiness?.transitionAt &&
    last?.message === readiness?.message;
  if (same) return heard;
  return heard.length < MAX_HEARD ? [...heard, { told: short, seen }] : null;
}

/** The message may be long. Only the shutdown words in it are needed. */
function shortened(told: ToldNode): ToldNode {
  const { readiness } = told;
  if (readiness === null) return told;
  return {
    ...told,
    readiness: { ...readiness, message: isShuttingDown(readiness) ? SHUTTING_DOWN : "" },
  };
}

/** The node controller soon overwrites this condition with Unknown, so the watch must remember it. */
function isShuttingDown(readiness: ToldReadiness | null): boolean {
  return readiness?.status === "False" && readiness.message.includes(SHUTTING_DOWN);
}
