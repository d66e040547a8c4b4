// The codecs known for one database: the built-in ones and those learned from its catalogue. Shared by all connections
// to that database in this process.

import { arrayOf } from "./array.ts";
import { RECORD_ARRAY_OID, RECORD_OID, builtinCodecs } from "./builtin.ts";
import type { Int8Mode } from "./builtin.ts";
import type { Codec } from "./codec.ts";
import { compositeOf, recordCodec } from "./composite.ts";
import type { Attribute } from "./composite.ts";
import type { TypeRow } from "./introspection.ts";
import { multirangeOf, rangeOf } from "./range.ts";
import { asText, textual } from "./texts.ts";

export class TypeMap {
  readonly #builtin: ReadonlyMap<number, Codec>;
  readonly #learned = new Map<number, Codec>();
  readonly #rows = new Map<number, TypeRow>();
  /** Row decoders by the signature of their columns; they belong to these codecs and go with them. */
  readonly decoders: Map<string, unknown> = new Map();

  constructor(mode: Int8Mode) {
    this.#builtin = builtinCodecs(mode);
    this.#reset();
  }

  get(oid: number): Codec | undefined {
    return this.#builtin.get(oid) ?? this.#learned.get(oid);
  }

  /**
   * What must be asked of the catalogue before all these types can be used: they and all they are made of. Empty when
   * nothing is missing; then `get` knows them.
   */
  unresolved(oids: Iterable<number>): number[] {
    const result = new Set<number>();
    const seen = new Set<number>();
    const visit = (oid: number): void => {
      if (seen.has(oid) || this.get(oid) !== undefined) return;
      seen.add(oid);
      const row = this.#rows.get(oid);
      if (row === undefined) result.add(oid);
      else partsOf(row).forEach(visit);
    };
    for (const oid of oids) visit(oid);
    if (result.size === 0) for (const oid of seen) this.#build(oid, new Set());
    return [...result];
  }

  /** Takes what the catalogue says about the types it was asked for. */
  learn(asked: readonly number[], rows: readonly TypeRow[]): void {
    for (const row of rows) this.#rows.set(row.oid, row);
    // Gone since, or not visible: PostgreSQL's text is always there.
    for (const oid of asked) if (!this.#rows.has(oid)) this.#learned.set(oid, asText(`type ${oid}`));
  }

  /** Forgets everything learned: the schema has changed. */
  forget(): void {
    this.#learned.clear();
    this.#rows.clear();
    this.decoders.clear();
    this.#reset();
  }

  #reset(): void {
    const record = recordCodec((oid) => this.get(oid));
    this.#learned.set(RECORD_OID, record);
    this.#learned.set(RECORD_ARRAY_OID, arrayOf(record, RECORD_OID));
  }

  #build(oid: number, building: Set<number>): Codec {
    const known = this.get(oid);
    if (known !== undefined) return known;
    const row = this.#rows.get(oid);
    // PostgreSQL has no type that contains itself; what was learned at different times may seem to.
    if (row === undefined || building.has(oid)) return asText(row?.name ?? `type ${oid}`);
    building.add(oid);
    const codec = this.#make(row, building);
    building.delete(oid);
    this.#learned.set(oid, codec);
    return codec;
  }

  #make(row: TypeRow, building: Set<number>): Codec {
    if (row.is_array) return arrayOf(this.#build(row.of, building), row.of, row.name);
    switch (row.kind) {
      case "e":
        return textual(row.name);
      case "d":
        return this.#build(row.of, building);
      case "r":
        return rangeOf(this.#build(row.of, building), row.name);
      case "m":
        return multirangeOf(this.#build(row.of, building), row.name);
      case "c": {
        const attributes: Attribute[] = row.attribute_names!.map((name, index) => {
          const oid = row.attribute_oids![index]!;
          return { name, oid, codec: this.#build(oid, building) };
        });
        return compositeOf(attributes, row.name);
      }
      default:
        return asText(row.name, row.delimiter);
    }
  }
}

function partsOf(row: TypeRow): readonly number[] {
  if (row.kind === "c") return row.attribute_oids ?? [];
  return row.is_array || row.kind === "d" || row.kind === "r" || row.kind === "m" ? [row.of] : [];
}
