// The type maps of this process: one for each database, shared by the connections to it, as long as one of them lives.

import type { Connector } from "../transport/transport.ts";
import { TypeMap } from "../types/type-map.ts";
import type { ResolvedOptions } from "./options.ts";

const maps = new Map<string, WeakRef<TypeMap>>();
const gone = new FinalizationRegistry<string>((key) => {
  if (maps.get(key)?.deref() === undefined) maps.delete(key);
});

/** The map for a database. Embedded ones have their own: two in memory have nothing in common. */
export function typesOf(connector: Connector, options: ResolvedOptions): TypeMap {
  if (connector.embedded) return new TypeMap(options.int8);
  const key = JSON.stringify([connector.description, options.database, options.int8]);
  let map = maps.get(key)?.deref();
  if (map === undefined) {
    map = new TypeMap(options.int8);
    maps.set(key, new WeakRef(map));
    gone.register(map, key);
  }
  return map;
}
