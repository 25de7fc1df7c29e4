/** Who holds the lease to open rounds. */
export interface LeaseHolder {
  readonly pod: string;
  /** An id of its cluster: the UID of its pong service. Null where it did not say. */
  readonly cluster: string | null;
  /** As its operator calls it; null where it has no name. */
  readonly clusterName: string | null;
}

/** Another one that holds the lease. */
export interface OtherHolder extends LeaseHolder {
  /** Null where one of the two clusters is not known. */
  readonly sameCluster: boolean | null;
}

/** What is written beside the lease; `token` names the term in which it is held. */
export function encodeHolder({ pod, cluster, clusterName }: LeaseHolder, token: string): string {
  return JSON.stringify({ pod, cluster, clusterName, token });
}

/**
 * `owner` is the value of the lease, `text` what is written beside it, if anything is: a version of
 * netchecker that writes nothing may have taken the lease meanwhile.
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

/** In a sentence, what to do included where something is wrong; no full stop at its end. */
export function sayHolder({ pod, clusterName, cluster, sameCluster }: OtherHolder): string {
  if (sameCluster === true) return `another netchecker of this cluster, ${pod}, holds the lease`;
  const which = clusterName ?? (cluster === null ? null : `with the pong service ${cluster}`);
  if (sameCluster === false)
    return `another netchecker, ${pod} of the cluster ${which}, holds the lease: give each cluster a REDIS_PREFIX or a Redis of its own`;
  const of = which === null ? "" : ` of the cluster ${which}`;
  return `another netchecker, ${pod}${of}, holds the lease: if it is not of this cluster, give each cluster a REDIS_PREFIX or a Redis of its own`;
}

const MOST_CHARACTERS = 253;

const textOrNull = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? value.slice(0, MOST_CHARACTERS) : null;

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
