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

/** One thing that Kubernetes told of a node, and how it came to be seen. */
interface HeardOfNode {
  readonly told: ToldNode;
  readonly seen: Sighting;
}

/** A record with what is needed to compare it with the next one. */
export interface RememberedNode extends NodeRecord {
  readonly uid: string;
  /** As told, by whatever clock. */
  readonly transitionAt: number;
  /**
   * Of a node that the first list had: what was told of it since, oldest first. What an earlier netchecker
   * knew may come after that, and goes before it. Null where there is nothing to go before.
   */
  readonly heard: readonly HeardOfNode[] | null;
}

/** What was known of a node until now. */
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

/** For so long a return counts, milliseconds. */
const RETURN_COUNTS_MS = 3_600_000;
const MOST_RETURNS = 60;
/** A node whose kubelet was not Ready from the beginning says so this soon after it was created. */
const FIRST_WORD_MS = 10_000;
const MOST_CHARACTERS = 300;
/** A watch that saw more than this of a node itself needs nobody else's memory. */
const MOST_HEARD = 10;

/** pkg/kubelet/nodeshutdown: the kubelet's own words, alone or among other errors. */
const SHUTTING_DOWN = "node is shutting down";
/** pkg/controller/nodelifecycle: the node controller's word for a kubelet that never spoke. */
const NEVER_SPOKE = "NodeStatusNeverUpdated";

/** What Kubernetes tells of a node now, and what was known of it → what is known of it now. */
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
      message: (readiness?.message ?? "").slice(0, MOST_CHARACTERS),
    },
    everReady: ready || (before ? before.everReady : !wasNeverReady(told, seen)),
    returns: [...(before?.returns ?? []), ...(returned ? [since] : [])]
      .filter((at) => seen.now - at < RETURN_COUNTS_MS)
      .slice(-MOST_RETURNS),
    shutdownSince: ready ? null : (shutdownBegan() ?? before?.shutdownSince ?? null),
    heard: before ? hearMore(before.heard ?? null, told, seen) : hearFirst(told, seen),
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

/** Nobody knows more of a node that came while this watch was there. */
function hearFirst(told: ToldNode, seen: Sighting): RememberedNode["heard"] {
  return seen.knownUntil === null ? [{ told: inShort(told), seen }] : null;
}

function hearMore(
  heard: RememberedNode["heard"],
  told: ToldNode,
  seen: Sighting,
): RememberedNode["heard"] {
  if (heard === null) return null;
  const short = inShort(told);
  const last = heard.at(-1)?.told.readiness;
  const { readiness } = short;
  const same =
    last?.status === readiness?.status &&
    last?.transitionAt === readiness?.transitionAt &&
    last?.message === readiness?.message;
  if (same) return heard;
  return heard.length < MOST_HEARD ? [...heard, { told: short, seen }] : null;
}

/** Of the message only what decides anything: it may be long. */
function inShort(told: ToldNode): ToldNode {
  const { readiness } = told;
  if (readiness === null) return told;
  return {
    ...told,
    readiness: { ...readiness, message: shutsDown(readiness) ? SHUTTING_DOWN : "" },
  };
}

/** The controller's Unknown soon takes the place of the kubelet's word: whoever saw it has to remember. */
function shutsDown(readiness: ToldReadiness | null): boolean {
  return readiness?.status === "False" && readiness.message.includes(SHUTTING_DOWN);
}
