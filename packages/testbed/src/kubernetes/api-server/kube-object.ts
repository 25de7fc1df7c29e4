/** The part of an object's metadata that the API server itself reads or writes. */
interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  [field: string]: unknown;
}

/** An object as the store keeps it and as lists show it: kind and version are said by the list. */
export interface KubeObject {
  metadata: ObjectMeta;
  spec: object;
  status: object;
}

/** The time as Kubernetes writes it: UTC, whole seconds. */
export function kubeTime(at: Date = new Date()): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}
