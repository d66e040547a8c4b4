// HeaderMap: header fields, looked up without regard to case. It stands on a plain object, so that what node and undici
// have parsed already is wrapped, not copied.

/** Header values by lower-case name; several values of one name in an array. */
export type HeaderRecord = Record<string, string | string[] | undefined>;

/** Whatever a caller may give as headers: a record, pairs, or anything iterable like web `Headers`. */
export type HeadersInit =
  | Readonly<Record<string, string | number | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/**
 * Structurally like web `Headers`: `get`, `has`, `set`, `append`, `delete`, iteration over `[name, value]` with
 * lower-case names. Values are not checked here; the writer of the message refuses line breaks and control bytes.
 */
export class HeaderMap implements Iterable<[string, string]> {
  readonly #record: HeaderRecord;

  private constructor(record: HeaderRecord) {
    this.#record = record;
  }

  /** A new map with a copy of `init`. */
  static from(init?: HeadersInit): HeaderMap {
    const headers = new HeaderMap(Object.create(null) as HeaderRecord);
    if (init !== undefined) headers.merge(init);
    return headers;
  }

  /** Wraps a record whose names are lower case already. The record is used as it is, not copied. */
  static wrap(record: HeaderRecord): HeaderMap {
    return new HeaderMap(record);
  }

  /** The value, several joined by `", "`; null when absent. */
  get(name: string): string | null {
    // The record may have Object.prototype behind it: only strings and arrays are header values.
    const value = this.#record[name.toLowerCase()];
    if (typeof value === "string") return value;
    return Array.isArray(value) ? value.join(", ") : null;
  }

  /** Every value of one name, in the order they came. */
  getAll(name: string): string[] {
    const value = this.#record[name.toLowerCase()];
    if (typeof value === "string") return [value];
    return Array.isArray(value) ? [...value] : [];
  }

  getSetCookie(): string[] {
    return this.getAll("set-cookie");
  }

  has(name: string): boolean {
    const value = this.#record[name.toLowerCase()];
    return typeof value === "string" || Array.isArray(value);
  }

  set(name: string, value: string | readonly string[]): void {
    this.#record[name.toLowerCase()] = typeof value === "string" ? value : [...value];
  }

  append(name: string, value: string): void {
    const key = name.toLowerCase();
    const old = this.#record[key];
    if (typeof old === "string") this.#record[key] = [old, value];
    else if (Array.isArray(old)) old.push(value);
    else this.#record[key] = value;
  }

  delete(name: string): void {
    delete this.#record[name.toLowerCase()];
  }

  /** Sets every header of `init`; a name that is repeated inside `init` keeps all its values. */
  merge(init: HeadersInit): void {
    if (Symbol.iterator in init) {
      const seen = new Set<string>();
      for (const [name, value] of init) {
        const key = name.toLowerCase();
        if (seen.has(key)) this.append(key, value);
        else this.set(key, value);
        seen.add(key);
      }
      return;
    }
    for (const name of Object.keys(init)) {
      const value = init[name];
      if (value !== undefined) this.set(name, typeof value === "number" ? String(value) : value);
    }
  }

  *entries(): IterableIterator<[string, string]> {
    for (const name of Object.keys(this.#record)) {
      const value = this.#record[name];
      if (typeof value === "string") yield [name, value];
      else if (Array.isArray(value)) for (const one of value) yield [name, one];
    }
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  keys(): string[] {
    return Object.keys(this.#record).filter((name) => this.has(name));
  }

  forEach(callback: (value: string, name: string) => void): void {
    for (const [name, value] of this) callback(value, name);
  }

  /** The flat `[name, value, name, value]` list that node and undici write fastest. */
  toFlat(): string[] {
    const flat: string[] = [];
    for (const name of Object.keys(this.#record)) {
      const value = this.#record[name];
      if (typeof value === "string") flat.push(name, value);
      else if (Array.isArray(value)) for (const one of value) flat.push(name, one);
    }
    return flat;
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(this.keys().map((name) => [name, this.get(name) ?? ""]));
  }
}
