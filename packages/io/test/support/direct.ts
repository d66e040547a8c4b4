// Where sockets are read past node's stream.
export const readsAreDirect: boolean =
  process.platform !== "win32" && !("bun" in process.versions) && !("deno" in process.versions);
