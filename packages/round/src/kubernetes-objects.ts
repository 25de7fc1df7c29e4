import { type Static, type TSchema, Type } from "typebox";
import { Check, Errors } from "typebox/schema";

/** Kubernetes writes what it does not know as null, or not at all. */
const may = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]));
const some = <S extends TSchema>(schema: S) => may(Type.Array(schema));
const text = () => may(Type.String());

/** Whether it is a name at all: a label's value, a DNS name (253 characters), a generated one. */
const NameSchema = Type.String({ minLength: 1, maxLength: 253 });

const MetadataSchema = Type.Object({
  name: NameSchema,
  uid: may(Type.String({ maxLength: 100 })),
  labels: may(Type.Record(Type.String(), Type.String())),
  creationTimestamp: text(),
  deletionTimestamp: text(),
});

const ConditionSchema = Type.Object({
  type: text(),
  status: text(),
  reason: text(),
  message: text(),
  lastTransitionTime: text(),
});

const StartedSchema = Type.Object({ startedAt: text() });

const ContainerStatusSchema = Type.Object({
  restartCount: may(Type.Number()),
  state: may(
    Type.Object({
      running: may(StartedSchema),
      waiting: may(Type.Object({ reason: text(), message: text() })),
      terminated: may(
        Type.Object({ reason: text(), exitCode: may(Type.Number()), startedAt: text() }),
      ),
    }),
  ),
});

const NodeSchema = Type.Object({
  metadata: MetadataSchema,
  spec: may(
    Type.Object({
      unschedulable: may(Type.Boolean()),
      taints: some(Type.Object({ key: text(), value: text() })),
    }),
  ),
  status: may(
    Type.Object({
      addresses: some(Type.Object({ type: text(), address: text() })),
      conditions: some(ConditionSchema),
      nodeInfo: may(Type.Object({ bootID: text(), kernelVersion: text(), kubeletVersion: text() })),
    }),
  ),
});

const NodeSelectorTermSchema = Type.Object({
  matchFields: some(Type.Object({ key: text(), values: some(Type.String()) })),
});

const PodSchema = Type.Object({
  metadata: MetadataSchema,
  spec: may(
    Type.Object({
      nodeName: text(),
      affinity: may(
        Type.Object({
          nodeAffinity: may(
            Type.Object({
              requiredDuringSchedulingIgnoredDuringExecution: may(
                Type.Object({ nodeSelectorTerms: some(NodeSelectorTermSchema) }),
              ),
            }),
          ),
        }),
      ),
    }),
  ),
  status: may(
    Type.Object({
      reason: text(),
      message: text(),
      containerStatuses: some(ContainerStatusSchema),
      podIP: text(),
      podIPs: some(Type.Object({ ip: text() })),
      conditions: some(ConditionSchema),
    }),
  ),
});

const ServiceSchema = Type.Object({
  metadata: MetadataSchema,
  spec: may(
    Type.Object({
      clusterIP: text(),
      clusterIPs: some(Type.String()),
      ports: some(
        Type.Object({
          port: may(Type.Integer({ minimum: 0, maximum: 65_535 })),
          nodePort: may(Type.Integer({ minimum: 0, maximum: 65_535 })),
          protocol: text(),
        }),
      ),
    }),
  ),
});

/** The parts of Kubernetes' objects that netChecker reads; nothing in an answer is taken for granted. */
export type Metadata = Static<typeof MetadataSchema>;
export type Condition = Static<typeof ConditionSchema>;
export type KubernetesPod = Static<typeof PodSchema>;

/** An object is not of its kind's shape. */
export class UnreadableObjectError extends Error {
  override name = "UnreadableObjectError";
}

/** Each throws an {@link UnreadableObjectError} that names the object, where it has a name, and what is wrong with it. */
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
