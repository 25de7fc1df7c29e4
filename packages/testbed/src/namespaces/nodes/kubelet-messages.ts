/** What a node's kubelet is told of one of its pods; without an address, the pod is gone. */
export interface PodNews {
  readonly pod: string;
  readonly ip: string | null;
  readonly running: boolean;
  readonly ready: boolean;
}

/** Whether the kubelet notices what becomes of its pods. */
interface ProbingNews {
  readonly probing: boolean;
}

export type ToKubelet = PodNews | ProbingNews;

export type FromKubelet =
  | { readonly listening: true }
  | { readonly pod: string; readonly ready: boolean };
