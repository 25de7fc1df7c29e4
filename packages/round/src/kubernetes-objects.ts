import { type Static, type TSchema, Type } from "typebox";
import { Check, Errors } from "typebox/schema";

/** Kubernetes leaves out what it does not know, or writes null. */
const optional = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]));
const optionalArray = <S extends TSchema>(schema: S) => optional(Type.Array(schema));
const optionalString = () => optional(Type.String());

/** No name in Kubernetes is longer than a DNS name, 253 characters. */
const NameSchema = Type.String({ minLength: 1, maxLength: 253 });

const MetadataSchema = Type.Object({
  name: NameSchema,
  uid: optional(Type.String({ maxLength: 100 })),
  labels: optional(Type.Record(Type.String(), Type.String())),
  creationTimestamp: optionalString(),
  deletionTimestamp: optionalString(),
});

const ConditionSchema = Type.Object({
  type: optionalString(),
  status: optionalString(),
  reason: optionalString(),
  message: optionalString(),
  lastTransitionTime: optionalString(),
});

const StartedSchema = Type.Object({ startedAt: optionalString() });

const ContainerStatusSchema = Type.Object({
  restartCount: optional(Type.Number()),
  state: optional(
    Type.Object({
      running: optional(StartedSchema),
      waiting: optional(Type.Object({ reason: optionalString(), message: optionalString() })),
      terminated: optional(
        Type.Object({
          reason: optionalString(),
          exitCode: optional(Type.Number()),
          startedAt: optionalString(),
        }),
      ),
    }),
  ),
});

const NodeSchema = Type.Object({
  metadata: MetadataSchema,
  spec: optional(
    Type.Object({
      unschedulable: optional(Type.Boolean()),
      taints: optionalArray(Type.Object({ key: optionalString(), value: optionalString() })),
    }),
  ),
  status: optional(
    Type.Object({
      addresses: optionalArray(Type.Object({ type: optionalString(), address: optionalString() })),
      conditions: optionalArray(ConditionSchema),
      nodeInfo: optional(
        Type.Object({
          bootID: optionalString(),
          kernelVersion: optionalString(),
          kubeletVersion: optionalString(),
        }),
      ),
    }),
  ),
});

const NodeSelectorTermSchema = Type.Object({
  matchFields: optionalArray(
    Type.Object({ key: optionalString(), values: optionalArray(Type.String()) }),
  ),
});

const PodSchema = Type.Object({
  metadata: MetadataSchema,
  spec: optional(
    Type.Object({
      nodeName: optionalString(),
      affinity: optional(
        Type.Object({
          nodeAffinity: optional(
            Type.Object({
              requiredDuringSchedulingIgnoredDuringExecution: optional(
                Type.Object({ nodeSelectorTerms: optionalArray(NodeSelectorTermSchema) }),
              ),
            }),
          ),
        }),
      ),
    }),
  ),
  status: optional(
    Type.Object({
      reason: optionalString(),
      message: optionalString(),
      containerStatuses: optionalArray(ContainerStatusSchema),
      podIP: optionalString(),
      podIPs: optionalArray(Type.Object({ ip: optionalString() })),
      conditions: optionalArray(ConditionSchema),
    }),
  ),
});

const ServiceSchema = Type.Object({
  metadata: MetadataSchema,
  spec: optional(
    Type.Object({
      clusterIP: optionalString(),
      clusterIPs: optionalArray(Type.String()),
      ports: optionalArray(
        Type.Object({
          port: optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
          nodePort: optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
          protocol: optionalString(),
        }),
      ),
    }),
  ),
});

/** The parts of Kubernetes' objects that netChecker reads. Any of them may be missing. */
export type Metadata = Static<typeof MetadataSchema>;
export type Condition = Static<typeof ConditionSchema>;
export type KubernetesPod = Static<typeof PodSchema>;

/** An object does not have the shape of its kind. */
export class UnreadableObjectError extends Error {
  override name = "UnreadableObjectError";
}

/**
 * Each throws an {@link UnreadableObjectError}, which names the object (if it has a name) and what is wrong with it.
 */
export const readNode = (json: unknown) => read("Node", NodeSchema, json);
export const readPod = (json: unknown) => read("Pod", PodSchema, json);
export const readService = (json: unknown) => read("Service", ServiceSchema, json);

function read<S extends TSchema>(kind: string, schema: S, json: unknown): Static<S> {
  if (Check(schema, json)) return json as Static<S>;
  const [, errors] = Errors(schema, json);
  const [first] = errors;
  const name = (json as { metadata?: { name?: unknown } | null } | null)?.metadata?.name;
  const called = typeof name === "string" ? ` ${JSON.stringify(name.slice(0, 253))}` : "";
  throw new UnreadableObjectError(
    `${kind}${called}: ${first?.instancePath ?? ""} ${first?.message ?? "is no object"}`,
  );
}
