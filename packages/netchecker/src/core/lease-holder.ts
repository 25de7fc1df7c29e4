/** Who holds the lease to open rounds. */
export interface LeaseHolder {
  readonly pod: string;
  /** An id of its cluster, which is the UID of its pong service. Null if the holder did not write one. */
  readonly cluster: string | null;
  /** The operator's name for its cluster, or null. */
  readonly clusterName: string | null;
}

/** Another netchecker that holds the lease. */
export interface OtherHolder extends LeaseHolder {
  /** Null if one of the two clusters is not known. */
  readonly sameCluster: boolean | null;
}

/** The text that is stored beside the lease. `token` names the term. */
export function encodeHolder({ pod, cluster, clusterName }: LeaseHolder, token: string): string {
  return JSON.stringify({ pod, cluster, clusterName, token });
}

/**
 * `owner` is the value of the lease, `text` the text beside it, or null. The text may belong to an earlier holder:
 * an old version of netchecker takes the lease without writing one.
 */
export function decodeHolder(
  owner: string,
  text: string | null,
  ourCluster: string | null,
): OtherHolder {
  const said = text === null ? {} : readObject(text);
  const told = said["pod"] === owner ? said : {};
  const cluster = textOrNull(told["cluster"]);
  return {
    pod: owner,
    cluster,
    clusterName: textOrNull(told["clusterName"]),
    sameCluster: cluster === null || ourCluster === null ? null : cluster === ourCluster,
  };
}

/** Says who holds the lease and, if that may be wrong, what to do. Without a full stop. */
export function sayHolder({ pod, clusterName, cluster, sameCluster }: OtherHolder): string {
  if (sameCluster === true) return `another netchecker of this cluster, ${pod}, holds the lease`;
  const which = clusterName ?? (cluster === null ? null : `with the pong service ${cluster}`);
  if (sameCluster === false)
    return `another netchecker, ${pod} of the cluster ${which}, holds the lease: give each cluster a REDIS_PREFIX or a Redis of its own`;
  const of = which === null ? "" : ` of the cluster ${which}`;
  return `another netchecker, ${pod}${of}, holds the lease: if it is not of this cluster, give each cluster a REDIS_PREFIX or a Redis of its own`;
}

const MAX_NAME_CHARS = 253;

const textOrNull = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? value.slice(0, MAX_NAME_CHARS) : null;

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
