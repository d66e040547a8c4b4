// The rows of results: objects with a property per column. Columns can also be read by position, which is how columns
// of the same name are told apart.

/**
 * A row: `row.name`. Of columns with the same name the last one has it. By position all are there: `row[0]`, and
 * `const [first, second] = row`. Only the names are enumerable: JSON, spread and Object.keys see an ordinary object.
 */
export interface Row {
  // oxlint-disable-next-line typescript/no-explicit-any -- what a column holds, only the query knows
  [column: string]: any;
  // oxlint-disable-next-line typescript/no-explicit-any -- see above
  [Symbol.iterator](): IterableIterator<any>;
}

/** Makes a row of its values, in the order of the columns. */
export type RowConstructor = new (...values: unknown[]) => Row;

/** The prototype of all rows of one shape: reading by position, and iteration. */
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
  Object.defineProperty(prototype, Symbol.iterator, {
    *value(this: Row): Generator<unknown> {
      for (let i = 0; i < names.length; i++) yield Reflect.get(prototype, i, this);
    },
  });
  return prototype;
}
