import { entryOf } from "./entry-of.ts";
import { type Static, Type } from "typebox";
import { type KnownNode, type RememberedNode, rememberNode } from "./remember-node.ts";

/** Milliseconds since 1970. */
const TimeSchema = Type.Number({ minimum: 0 });

/** Decisions ask whether a node returned three times: the newest tell. */
const MOST_RETURNS = 10;
/** Of some 200 bytes each: a cluster of 5,000 nodes adds half a megabyte at most. */
const MOST_NODES = 2_000;

/** What a watch knows of a node, and Kubernetes does not tell a watch that begins later. */
const NodePastSchema = Type.Object({
  /** Another node of the same name has no part in it. */
  uid: Type.String({ minLength: 1, maxLength: 100 }),
  /** As told, by whatever clock. */
  transitionAt: Type.Number(),
  createdAt: TimeSchema,
  readiness: Type.Object({
    status: Type.Union([Type.Literal("True"), Type.Literal("False"), Type.Literal("Unknown")]),
    since: TimeSchema,
  }),
  everReady: Type.Boolean(),
  returns: Type.Array(TimeSchema, { maxItems: MOST_RETURNS }),
  shutdownSince: Type.Union([TimeSchema, Type.Null()]),
});
type NodePast = Static<typeof NodePastSchema>;

/** By the node's name. */
export const NodePastsSchema = Type.Record(Type.String(), NodePastSchema, {
  maxProperties: MOST_NODES,
});
export type NodePasts = Static<typeof NodePastsSchema>;

/** So long after it was made a node's own clock may still decide what it counts as: NODE_STARTUP_MS is no more. */
const YOUNG_MS = 3_600_000;

/** What is to be stored of what a watch knows: only of nodes of which it knows more than Kubernetes tells. */
export function nodePasts(nodes: readonly RememberedNode[], at: number): NodePasts {
  const hasPast = ({ shutdownSince, returns, everReady }: RememberedNode) =>
    shutdownSince !== null || returns.length > 0 || !everReady;
  const isYoung = ({ createdAt }: RememberedNode) => at - createdAt < YOUNG_MS;
  const worthIt = nodes
    .filter((node) => node.uid !== "" && (hasPast(node) || isYoung(node)))
    .toSorted((a, b) => Number(hasPast(b)) - Number(hasPast(a)) || b.createdAt - a.createdAt)
    .slice(0, MOST_NODES);
  return Object.fromEntries(worthIt.map((node) => [node.name, pastOf(node)]));
}

function pastOf(node: RememberedNode): NodePast {
  const { uid, transitionAt, createdAt, readiness, everReady, returns, shutdownSince } = node;
  return {
    uid,
    transitionAt,
    createdAt,
    readiness: { status: readiness.status, since: readiness.since },
    everReady,
    returns: returns.slice(-MOST_RETURNS),
    shutdownSince,
  };
}

/**
 * What an earlier netchecker knew of a node, and what this watch has heard since → what is known of it: as
 * if one watch had seen it all. Without a past nothing changes, and none is awaited any more.
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

/** The earlier netchecker's clock may have been ahead: nothing that it saw is yet to come. */
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
