// The process's own three streams as devices: shared with the host's `process.stdin`, `stdout` and `stderr`, so that what is written
// comes in order with what console.log writes, and never closed.
import type { Device } from "./device.ts";
import { StreamDevice } from "./stream-device.ts";

export function standardDevice(fd: number): Device {
  const output = (): NodeJS.WriteStream => (fd === 2 ? process.stderr : process.stdout);
  // Asked for only when they are used: the host opens them then.
  return new StreamDevice(fd, () => process.stdin, output, false);
}
