// Which codec each of PostgreSQL's own types has, by OID. Everything else is learned from the server.

import { arrayOf } from "./array.ts";
import type { Codec } from "./codec.ts";
import { date, time, timestamp, timestamptz, timetz } from "./datetime.ts";
import { interval } from "./interval.ts";
import { bool, cid, float4, float8, int2, int4, int8, int8AsNumber, oid, xid, xid8 } from "./numbers.ts";
import { numeric } from "./numeric.ts";
import { multirangeOf, rangeOf } from "./range.ts";
import { asText, bytea, char, json, jsonb, jsonpath, textual, uuid, voidCodec } from "./texts.ts";

/** How int8 is read: one static type for all values, whatever their size. */
export type Int8Mode = "bigint" | "number";

export const RECORD_OID = 2249;
export const RECORD_ARRAY_OID = 2287;

/** OID of the type, OID of its array (0: none), codec. */
type Entry = readonly [oid: number, array: number, codec: Codec];

function scalars(mode: Int8Mode): Entry[] {
  return [
    [16, 1000, bool],
    [17, 1001, bytea],
    [18, 1002, char],
    [19, 1003, textual("name")],
    [20, 1016, mode === "number" ? int8AsNumber : int8],
    [21, 1005, int2],
    [23, 1007, int4],
    [24, 1008, asText("regproc")],
    [25, 1009, textual("text")],
    [26, 1028, oid],
    [27, 1010, asText("tid")],
    [28, 1011, xid],
    [29, 1012, cid],
    [114, 199, json],
    [142, 143, textual("xml")],
    [194, 0, asText("pg_node_tree")],
    [600, 1017, asText("point")],
    [601, 1018, asText("lseg")],
    [602, 1019, asText("path")],
    [603, 1020, asText("box", ";")],
    [604, 1027, asText("polygon")],
    [628, 629, asText("line")],
    [650, 651, asText("cidr")],
    [700, 1021, float4],
    [701, 1022, float8],
    [705, 0, textual("unknown")],
    [718, 719, asText("circle")],
    [774, 775, asText("macaddr8")],
    [790, 791, asText("money")],
    [829, 1040, asText("macaddr")],
    [869, 1041, asText("inet")],
    [1033, 1034, asText("aclitem")],
    [1042, 1014, textual("bpchar")],
    [1043, 1015, textual("varchar")],
    [1082, 1182, date],
    [1083, 1183, time],
    [1114, 1115, timestamp],
    [1184, 1185, timestamptz],
    [1186, 1187, interval],
    [1266, 1270, timetz],
    [1560, 1561, asText("bit")],
    [1562, 1563, asText("varbit")],
    [1700, 1231, numeric],
    [1790, 2201, textual("refcursor")],
    [2202, 2207, asText("regprocedure")],
    [2203, 2208, asText("regoper")],
    [2204, 2209, asText("regoperator")],
    [2205, 2210, asText("regclass")],
    [2206, 2211, asText("regtype")],
    [2275, 1263, textual("cstring")],
    [2278, 0, voidCodec],
    [2950, 2951, uuid],
    [2970, 2949, asText("txid_snapshot")],
    [3220, 3221, asText("pg_lsn")],
    [3361, 0, asText("pg_ndistinct")],
    [3402, 0, asText("pg_dependencies")],
    [3614, 3643, asText("tsvector")],
    [3615, 3645, asText("tsquery")],
    [3642, 3644, asText("gtsvector")],
    [3734, 3735, asText("regconfig")],
    [3769, 3770, asText("regdictionary")],
    [3802, 3807, jsonb],
    [4072, 4073, jsonpath],
    [4089, 4090, asText("regnamespace")],
    [4096, 4097, asText("regrole")],
    [4191, 4192, asText("regcollation")],
    [4600, 0, asText("pg_brin_bloom_summary")],
    [4601, 0, asText("pg_brin_minmax_multi_summary")],
    [5017, 0, asText("pg_mcv_list")],
    [5038, 5039, asText("pg_snapshot")],
    [5069, 271, xid8],
  ];
}

/** Range, its array, its multirange, the multirange's array, the element, the names. */
const ranges = [
  [3904, 3905, 4451, 6150, 23, "int4"],
  [3906, 3907, 4532, 6151, 1700, "num"],
  [3908, 3909, 4533, 6152, 1114, "ts"],
  [3910, 3911, 4534, 6153, 1184, "tstz"],
  [3912, 3913, 4535, 6155, 1082, "date"],
  [3926, 3927, 4536, 6157, 20, "int8"],
] as const;

const maps = new Map<Int8Mode, ReadonlyMap<number, Codec>>();

/** The codecs of the built-in types. Made once per mode and shared. */
export function builtinCodecs(mode: Int8Mode): ReadonlyMap<number, Codec> {
  let map = maps.get(mode);
  if (map === undefined) maps.set(mode, (map = build(mode)));
  return map;
}

function build(mode: Int8Mode): Map<number, Codec> {
  const map = new Map<number, Codec>();
  const add = (oid: number, array: number, codec: Codec): void => {
    map.set(oid, codec);
    if (array !== 0) map.set(array, arrayOf(codec, oid));
  };
  for (const [oid, array, codec] of scalars(mode)) add(oid, array, codec);
  // Vectors are arrays of their own kind, and count from 0.
  map.set(22, arrayOf(int2, 21, "int2vector"));
  map.set(30, arrayOf(oid, 26, "oidvector"));
  for (const [range, rangeArray, multirange, multirangeArray, element, name] of ranges) {
    const codec = rangeOf(map.get(element)!, `${name}range`);
    add(range, rangeArray, codec);
    add(multirange, multirangeArray, multirangeOf(codec, `${name}multirange`));
  }
  return map;
}
