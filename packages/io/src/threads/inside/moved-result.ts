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

/** The value, so that the pool moves what is listed. */
export function moved(value: unknown, transfers: readonly Transferable[]): unknown {
  const { move, transferableSymbol, valueSymbol } = (mark ??= createRequire(import.meta.url)(
    "piscina",
  ) as Mark);
  return move({ [transferableSymbol]: transfers, [valueSymbol]: value } as never);
}
