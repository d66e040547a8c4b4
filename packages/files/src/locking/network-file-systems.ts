// File systems that may be shared between machines: a socket there is known on one machine only, and everybody elsewhere would take its owner
// for dead. Better no lock than one that is not kept.
import * as fs from "node:fs";
import type { Coroutine } from "corio";
import { UnsupportedOperationError } from "../errors.ts";
import { hostCall } from "../host-call.ts";

/** By the numbers of statfs(2). */
const shared: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x01021997, "9P"],
  [0x65735546, "FUSE"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x7461636f, "OCFS2"],
  [0x01161970, "GFS2"],
  [0x47504653, "GPFS"],
]);

/** The name of a file system that may be shared; undefined for one that is this machine's own. */
export function sharedFileSystem(type: number): string | undefined {
  return process.platform === "linux" ? shared.get(type >>> 0) : undefined;
}

export function* refuseShared(folder: string): Coroutine<void> {
  const { type } = yield* hostCall<fs.StatsFs>("lock", folder, (done) => fs.statfs(folder, done));
  const name = sharedFileSystem(type);
  if (name === undefined) return;
  throw new UnsupportedOperationError(
    `Cannot lock in ${folder}: ${name} may be shared with other machines, where this lock would not be seen. Lock in a folder of this machine's own`,
  );
}
