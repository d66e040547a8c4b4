// The query that asks the catalogue about types. Its arguments and columns have built-in types only, known here, so that
// it is sent without being prepared.

import { arrayOf } from "./array.ts";
import type { Codec } from "./codec.ts";
import { bool, oid } from "./numbers.ts";
import { textual } from "./texts.ts";

/** What the query gives for a type. */
export interface TypeRow {
  readonly oid: number;
  readonly name: string;
  /** `pg_type.typtype`: b base, c composite, d domain, e enum, p pseudo, r range, m multirange. */
  readonly kind: string;
  readonly delimiter: string;
  /** Element of an array, base of a domain, subtype of a range, range of a multirange; else 0. */
  readonly of: number;
  readonly is_array: boolean;
  readonly attribute_names: string[] | null;
  readonly attribute_oids: number[] | null;
}

/** Without recursion, which PostgreSQL's planner misjudges: the caller asks again for what is missing. */
const QUERY = `\
SELECT t.oid, format_type(t.oid, NULL) AS name, t.typtype::text AS kind, t.typdelim::text AS delimiter,
  CASE t.typtype WHEN 'd' THEN t.typbasetype
    WHEN 'r' THEN (SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = t.oid)
    WHEN 'm' THEN (SELECT r.rngtypid FROM pg_range r WHERE r.rngmultitypid = t.oid)
    ELSE t.typelem END AS of,
  EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid) AS is_array,
  CASE WHEN t.typtype = 'c' THEN ARRAY(SELECT a.attname::text FROM pg_attribute a
    WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) END AS attribute_names,
  CASE WHEN t.typtype = 'c' THEN ARRAY(SELECT a.atttypid FROM pg_attribute a
    WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) END AS attribute_oids
FROM pg_type t WHERE t.oid = ANY($1)`;

/** @param version the server's major version: before 14 there are no multiranges, nor the catalogue's column for them */
export function introspectionQuery(version: number): string {
  return version >= 14 ? QUERY : QUERY.replace(/\n {4}WHEN 'm' THEN .*\n/, "\n");
}

const text = textual("text");
const oids = arrayOf(oid, 26);

export const OID_ARRAY = 1028;
export const introspectionParameters: readonly Codec[] = [oids];
export const introspectionColumns: readonly { readonly name: keyof TypeRow; readonly codec: Codec }[] = [
  { name: "oid", codec: oid },
  { name: "name", codec: text },
  { name: "kind", codec: text },
  { name: "delimiter", codec: text },
  { name: "of", codec: oid },
  { name: "is_array", codec: bool },
  { name: "attribute_names", codec: arrayOf(text, 25) },
  { name: "attribute_oids", codec: oids },
];
