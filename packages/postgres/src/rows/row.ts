// The rows of results: objects with a property per column. Columns can also be read by position, which is how columns
// of the same name are told apart.

import { InterfaceError } from "../errors.ts";

/**
 * A row: `row.name`. Of columns with the same name the last one has it. By position all are there: `row[0]`, `row[1]`;
 * `valuesOf(row)` gives them all. Only the names are enumerable: JSON, spread and Object.keys see an ordinary object.
 */
export interface Row {
  // oxlint-disable-next-line typescript/no-explicit-any -- what a column holds, only the query knows
  [column: string]: any;
}

const WIDTH = Symbol("width");

/** The values of a row in the order of its columns, also those whose names a later column has. */
export function valuesOf(row: object): unknown[] {
  const width = (row as { [WIDTH]?: number })[WIDTH];
  if (width === undefined) throw new InterfaceError("valuesOf takes a row that fetch or fetchRow gave");
  const prototype = Object.getPrototypeOf(Object.getPrototypeOf(row)) as object;
  return Array.from({ length: width }, (_, index) => Reflect.get(prototype, index, row) as unknown);
}

/** Makes a row of its values, in the order of the columns. */
export type RowConstructor = new (...values: unknown[]) => Row;

/** What all rows of one shape inherit: reading by position. */
export function rowPrototype(
  names: readonly string[],
  shadowed: (row: Row, index: number) => unknown,
): object {
  const prototype = {};
  const last = new Map(names.map((name, index) => [name, index]));
  names.forEach((name, index) => {
    const get =
      last.get(name) === index
        ? function (this: Row): unknown {
            return this[name];
          }
        : function (this: Row): unknown {
            return shadowed(this, index);
          };
    Object.defineProperty(prototype, index, { get, enumerable: false, configurable: true });
  });
  Object.defineProperty(prototype, WIDTH, { value: names.length });
  return prototype;
}
