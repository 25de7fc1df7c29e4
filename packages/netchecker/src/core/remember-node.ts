import type { NodeReadiness, NodeRecord } from "./cluster-view.ts";
import { happenedAt, type Sighting } from "./sighting.ts";

/** A node's Ready condition as Kubernetes tells it now; absent until somebody has written one. */
export interface ToldReadiness extends Pick<NodeReadiness, "status" | "reason" | "message"> {
  /** Milliseconds since 1970, by the clock of whoever wrote it; 0 where it is not told. */
  readonly transitionAt: number;
}

/** A node as Kubernetes tells it now, as far as memory needs it. */
export interface ToldNode {
  /** Another one where a node of the same name was made anew. */
  readonly uid: string;
  readonly createdAt: number;
  readonly readiness: ToldReadiness | null;
}

/** A record with what is needed to compare it with the next one. */
export interface RememberedNode extends NodeRecord {
  readonly uid: string;
  /** As told, by whatever clock. */
  readonly transitionAt: number;
}

type Remembered = Pick<
  NodeRecord,
  "createdAt" | "readiness" | "everReady" | "returns" | "shutdownSince"
>;

/** For so long a return counts, milliseconds. */
const RETURN_COUNTS_MS = 3_600_000;
const MOST_RETURNS = 60;
/** A node whose kubelet was not Ready from the beginning says so this soon after it was created. */
const FIRST_WORD_MS = 10_000;
const MOST_CHARACTERS = 300;

/** pkg/kubelet/nodeshutdown: the kubelet's own words, alone or among other errors. */
const SHUTTING_DOWN = "node is shutting down";
/** pkg/controller/nodelifecycle: the node controller's word for a kubelet that never spoke. */
const NEVER_SPOKE = "NodeStatusNeverUpdated";

/** What Kubernetes tells of a node now, and what was known of it → what is known of it now. */
export function rememberNode(
  told: ToldNode,
  previous: RememberedNode | null,
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
      message: (readiness?.message ?? "").slice(0, MOST_CHARACTERS),
    },
    everReady: ready || (before ? before.everReady : !wasNeverReady(told, seen)),
    returns: [...(before?.returns ?? []), ...(returned ? [since] : [])]
      .filter((at) => seen.now - at < RETURN_COUNTS_MS)
      .slice(-MOST_RETURNS),
    shutdownSince: ready ? null : (shutdownBegan() ?? before?.shutdownSince ?? null),
  };

  function shutdownBegan(): number | null {
    if (!shutsDown(readiness)) return null;
    // Where the node was not Ready before, its condition is older than the shutdown.
    return same ? (before.shutdownSince ?? seen.now) : since || seen.now;
  }
}

/**
 * Of a node that is not Ready and that nobody remembers. A kubelet writes its first condition as it makes
 * the node, so a condition as old as the node is its first one. The node controller's Unknown has a time
 * of its own: who begins to watch after that cannot know, and takes it for a node that was Ready.
 */
function wasNeverReady({ createdAt, readiness }: ToldNode, { live }: Sighting): boolean {
  if (live || readiness === null || readiness.reason === NEVER_SPOKE) return true;
  return readiness.transitionAt - createdAt <= FIRST_WORD_MS;
}

/** The controller's Unknown soon takes the place of the kubelet's word: whoever saw it has to remember. */
function shutsDown(readiness: ToldReadiness | null): boolean {
  return readiness?.status === "False" && readiness.message.includes(SHUTTING_DOWN);
}
