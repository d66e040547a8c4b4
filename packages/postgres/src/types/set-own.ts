// Properties named by the database: any name is possible, also those that mean something to JavaScript.

/** Whether assignment makes an own property of this name: not the prototype, nor a position (which rows inherit). */
export function isOrdinary(name: string): boolean {
  return name !== "__proto__" && !/^\d+$/.test(name);
}

/** Makes an own property, whatever its name. */
export function setOwn(target: object, name: string, value: unknown): void {
  if (isOrdinary(name)) (target as Record<string, unknown>)[name] = value;
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
