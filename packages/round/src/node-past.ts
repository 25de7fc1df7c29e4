import { entryOf } from "./entry-of.ts";
import { type Static, Type } from "typebox";
import { type KnownNode, type RememberedNode, rememberNode } from "./remember-node.ts";

/** Milliseconds since 1970. */
const TimeSchema = Type.Number({ minimum: 0 });

/** A node flaps after three returns, so the newest few are enough. */
const MAX_RETURNS = 10;
/** An entry takes about 200 bytes, so a cluster of 5,000 nodes adds half a megabyte at most. */
const MAX_NODES = 2_000;

/** What a watch learned of a node that Kubernetes does not tell to a watch that begins later. */
const NodePastSchema = Type.Object({
  /** Tells the node from a later node of the same name. */
  uid: Type.String({ minLength: 1, maxLength: 100 }),
  /** As Kubernetes told it; its clock may be wrong. */
  transitionAt: Type.Number(),
  createdAt: TimeSchema,
  readiness: Type.Object({
    status: Type.Union([Type.Literal("True"), Type.Literal("False"), Type.Literal("Unknown")]),
    since: TimeSchema,
  }),
  everReady: Type.Boolean(),
  returns: Type.Array(TimeSchema, { maxItems: MAX_RETURNS }),
  shutdownSince: Type.Union([TimeSchema, Type.Null()]),
});
type NodePast = Static<typeof NodePastSchema>;

/** By the node's name. */
export const NodePastsSchema = Type.Record(Type.String(), NodePastSchema, {
  maxProperties: MAX_NODES,
});
export type NodePasts = Static<typeof NodePastsSchema>;

/** A node may count as starting for as long as this after its creation: NODE_STARTUP_MS cannot be larger. */
const YOUNG_MS = 3_600_000;

/**
 * What to store of the nodes. A node is stored if the watch knows more of it than Kubernetes tells, or if it
 * is young. Nodes of the first kind go first where there are too many.
 */
export function nodePasts(nodes: readonly RememberedNode[], at: number): NodePasts {
  const hasPast = ({ shutdownSince, returns, everReady }: RememberedNode) =>
    shutdownSince !== null || returns.length > 0 || !everReady;
  const isYoung = ({ createdAt }: RememberedNode) => at - createdAt < YOUNG_MS;
  const chosen = nodes
    .filter((node) => node.uid !== "" && (hasPast(node) || isYoung(node)))
    .toSorted((a, b) => Number(hasPast(b)) - Number(hasPast(a)) || b.createdAt - a.createdAt)
    .slice(0, MAX_NODES);
  return Object.fromEntries(chosen.map((node) => [node.name, pastOf(node)]));
}

function pastOf(node: RememberedNode): NodePast {
  const { uid, transitionAt, createdAt, readiness, everReady, returns, shutdownSince } = node;
  return {
    uid,
    transitionAt,
    createdAt,
    readiness: { status: readiness.status, since: readiness.since },
    everReady,
    returns: returns.slice(-MAX_RETURNS),
    shutdownSince,
  };
}

/**
 * Combines what an earlier netchecker knew of a node with what this watch has heard since. The result is what
 * one watch would know that had seen everything. Without a matching past the node stays as it is. Either way
 * its `heard` is dropped: a past is recalled once.
 */
export function recallNode(node: RememberedNode, pasts: NodePasts): RememberedNode {
  const past = entryOf(pasts, node.name);
  const { uid, heard } = node;
  const [first] = heard ?? [];
  if (!heard || !first || past?.uid !== uid) return { ...node, heard: null };
  let known: KnownNode = notAfter(past, first.seen.now);
  for (const { told, seen } of heard) {
    const remembered = rememberNode(told, known, seen);
    known = { ...remembered, uid, transitionAt: told.readiness?.transitionAt ?? 0 };
  }
  const { createdAt, everReady, returns, shutdownSince } = known;
  const readiness = { ...node.readiness, since: known.readiness.since };
  return { ...node, createdAt, readiness, everReady, returns, shutdownSince, heard: null };
}

/** The earlier netchecker's clock may have been ahead, so no time of its memory may lie after `now`. */
function notAfter(past: NodePast, now: number): NodePast {
  const until = (time: number) => Math.min(time, now);
  return {
    ...past,
    createdAt: until(past.createdAt),
    readiness: { ...past.readiness, since: until(past.readiness.since) },
    returns: past.returns.map(until),
    shutdownSince: past.shutdownSince === null ? null : until(past.shutdownSince),
  };
}
