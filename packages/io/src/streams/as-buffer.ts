// What programs call bytes, as a Buffer, without copying.
import { none } from "./byte-queue.ts";

export function asBuffer(data: string | Uint8Array): Buffer {
  if (typeof data === "string") return data === "" ? none : Buffer.from(data);
  if (Buffer.isBuffer(data)) return data;
  if (!(data instanceof Uint8Array)) throw new TypeError(`Expected a string or bytes, got ${typeof data}`);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
