import type { KubeObject } from "./kube-object.ts";
import type { Resource } from "./resource.ts";
import { badRequest, StatusError } from "./status.ts";

export type Matches = (object: KubeObject) => boolean;

const KEY = String.raw`[\w./-]+`;
const VALUE = String.raw`[\w.-]*`;
const SET = new RegExp(String.raw`^(${KEY})\s+(in|notin)\s+\(([^()]*)\)$`);
const EQUALITY = new RegExp(String.raw`^(${KEY})\s*(==|=|!=)\s*(${VALUE})$`);
const EXISTENCE = new RegExp(String.raw`^(!?)\s*(${KEY})$`);

/**
 * A label selector (`a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`) → a predicate.
 * As in Kubernetes, `!=` and `notin` hold for an object without the label. Throws a {@link StatusError}.
 */
export function labelSelector(text: string): Matches {
  const requirements = split(text).map(requirement);
  return ({ metadata }) => requirements.every((holds) => holds(metadata.labels ?? {}));
}

function requirement(text: string): (labels: Record<string, string>) => boolean {
  const set = SET.exec(text);
  if (set) {
    const [, key, operator, list] = set as unknown as [string, string, string, string];
    const values = new Set(list.split(",").map((value) => value.trim()));
    return (labels) =>
      (Object.hasOwn(labels, key) && values.has(labels[key]!)) === (operator === "in");
  }
  const equality = EQUALITY.exec(text);
  if (equality) {
    const [, key, operator, value] = equality as unknown as [string, string, string, string];
    return (labels) => (labels[key] === value) === (operator !== "!=");
  }
  const [, absent, key] = EXISTENCE.exec(text) ?? [];
  if (key !== undefined) return (labels) => Object.hasOwn(labels, key) === (absent === "");
  throw new StatusError(badRequest(`unable to parse requirement: ${JSON.stringify(text)}`));
}

// Commas separate requirements, but not the values inside of parentheses.
const split = (text: string) =>
  text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");

const FIELDS: Record<Resource, readonly string[]> = {
  nodes: ["metadata.name", "spec.unschedulable"],
  pods: ["metadata.name", "metadata.namespace", "spec.nodeName", "status.phase", "status.podIP"],
  services: ["metadata.name", "metadata.namespace", "spec.clusterIP", "spec.type"],
};

/** A field selector (`=`, `==`, `!=` on the fields that the resource allows) → a predicate. Throws a {@link StatusError}. */
export function fieldSelector(resource: Resource, text: string): Matches {
  const requirements = split(text).map((part): Matches => {
    const [, field, operator, value] = /^([^=!]+)(==|=|!=)(.*)$/.exec(part) ?? [];
    if (field === undefined)
      throw new StatusError(badRequest(`invalid field selector: ${JSON.stringify(part)}`));
    if (!FIELDS[resource].includes(field))
      throw new StatusError(badRequest(`field label not supported: ${field}`));
    return (object) => (fieldOf(object, field) === value) === (operator !== "!=");
  });
  return (object) => requirements.every((holds) => holds(object));
}

/** An absent field equals the empty string, as in Kubernetes. */
function fieldOf(object: KubeObject, path: string): string {
  let value: unknown = object;
  for (const part of path.split("."))
    value = (value as Record<string, unknown> | undefined)?.[part];
  return value === undefined || value === null ? "" : String(value);
}
