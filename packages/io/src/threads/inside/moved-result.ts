// Results that move, by the pool's own means: one message less than beside it.
import { createRequire } from "node:module";
import type { Transferable } from "node:worker_threads";
import type * as piscina from "piscina";

type Mark = Pick<typeof piscina, "move" | "transferableSymbol" | "valueSymbol">;

/** The pool's mark is in its main module, which only threads need that move something. To look for a module takes longer than a call. */
let mark: Mark | null = null;

/** The memory of a WebAssembly does not move. Nothing tells it from other buffers but its size: whole pages. */
const WASM_PAGE = 64 * 1024;

/** Whether these can be moved without doubt. */
export function surelyMove(transfers: readonly Transferable[]): boolean {
  return transfers.every(
    (item) => item instanceof ArrayBuffer && !item.detached && item.byteLength % WASM_PAGE !== 0,
  );
}

/**
 * A result that is a buffer, or a view of one, and nothing else moves: the same in memory of its own, taken from it, so that it moves without
 * doubt. Null where it is something else, or its memory does not move.
 */
export function rehoused(
  value: object,
  transfers: readonly Transferable[],
): ArrayBuffer | ArrayBufferView | null {
  const [buffer] = transfers;
  if (transfers.length > 1 || !(buffer instanceof ArrayBuffer) || buffer.detached || buffer.resizable)
    return null;
  if (value === buffer) return taken(buffer);
  if (!ArrayBuffer.isView(value) || value.buffer !== buffer) return null;
  const { byteOffset } = value;
  const length = value instanceof DataView ? value.byteLength : (value as Uint8Array).length;
  const View = views.get((value as Uint8Array)[Symbol.toStringTag]);
  const fresh = View === undefined ? null : taken(buffer);
  return fresh === null ? null : new View!(fresh, byteOffset, length);
}

/** What a view comes out as on the other side, by its brand: no class made of one. */
const views: ReadonlyMap<
  string,
  new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView
> = new Map(
  [
    DataView,
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ].map((View) => [View.name, View]),
);

function taken(buffer: ArrayBuffer): ArrayBuffer | null {
  try {
    return buffer.transfer();
  } catch {
    return null;
  }
}

/** The value, so that the pool moves what is listed. */
export function moved(value: unknown, transfers: readonly Transferable[]): unknown {
  const { move, transferableSymbol, valueSymbol } = (mark ??= createRequire(import.meta.url)(
    "piscina",
  ) as Mark);
  return move({ [transferableSymbol]: transfers, [valueSymbol]: value } as never);
}
