import { LAB_PREFIX } from "../namespaces/lab-record.ts";

/** Of a fault's cgroup: it tells whose it is, so that what a killed laboratory left can be removed. */
export const cgroupName = (id: string) => `${LAB_PREFIX}${process.pid}-${id}`;
