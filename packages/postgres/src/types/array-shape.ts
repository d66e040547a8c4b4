// The shape of nested arrays as PostgreSQL wants it: rectangular.

import { DataError } from "../errors.ts";
import type { Codec } from "./codec.ts";

/** PostgreSQL's own bound. */
export const MAX_DIMENSIONS = 6;

/** The lengths of all dimensions. Refuses ragged nesting, which PostgreSQL has no form for. */
export function dimensionsOf(value: readonly unknown[], element: Codec): number[] {
  const lengths: number[] = [];
  let probe: unknown = value;
  while (Array.isArray(probe) && (lengths.length === 0 || element.takesArrays !== true)) {
    lengths.push(probe.length);
    if (lengths.length > MAX_DIMENSIONS)
      throw new DataError(`an array has at most ${MAX_DIMENSIONS} dimensions`);
    if (probe.length === 0) break;
    probe = probe[0];
  }
  if (lengths.includes(0)) {
    if (value.flat(MAX_DIMENSIONS).length > 0) throw ragged();
    return [];
  }
  checkShape(value, lengths, 0, element);
  return lengths;
}

function checkShape(
  value: readonly unknown[],
  lengths: readonly number[],
  depth: number,
  element: Codec,
): void {
  if (value.length !== lengths[depth]) throw ragged();
  const last = depth === lengths.length - 1;
  if (last && element.takesArrays === true) return;
  for (const item of value) {
    if (Array.isArray(item) === last) throw ragged();
    if (!last) checkShape(item as unknown[], lengths, depth + 1, element);
  }
}

function ragged(): DataError {
  return new DataError("the nested arrays differ in length or depth: PostgreSQL's arrays are rectangular");
}
