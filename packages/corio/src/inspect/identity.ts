// Short names for objects, given when they are first looked at: "lock#2". They last as long as the object.

const ids = new WeakMap<object, number>();
const counts = new Map<string, number>();

/** A number of its own among the objects of one kind. */
export function idOf(kind: string, object: object): number {
  let id = ids.get(object);
  if (id === undefined) {
    id = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, id);
    ids.set(object, id);
  }
  return id;
}
