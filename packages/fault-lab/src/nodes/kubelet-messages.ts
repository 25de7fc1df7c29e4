/** What a node's kubelet is told of one of its pods; without an address, the pod is gone. */
export interface ToKubelet {
  readonly pod: string;
  readonly ip: string | null;
  readonly running: boolean;
  readonly ready: boolean;
}

export type FromKubelet =
  | { readonly listening: true }
  | { readonly pod: string; readonly ready: boolean };
