// What is called, later and deep inside, is looked at when it is given.

export function assertFunction(value: unknown, what: string): void {
  if (typeof value === "function") return;
  throw new TypeError(`Cannot ${what}: expected a function, got ${value === null ? "null" : typeof value}`);
}
