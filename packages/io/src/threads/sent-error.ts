// Errors on their way between threads: cloning one keeps its message and forgets its class, its code and all the rest.
import { isSurelyCloneable } from "./cloneable.ts";

/** An error as it is sent. */
export interface SentError {
  readonly corio: "error";
  /** The nearest class that every side has. */
  readonly builtin: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: unknown;
  readonly cause?: SentCause;
  /** Of an AggregateError; of a SuppressedError the error and what it suppresses. */
  readonly errors?: readonly SentCause[];
  /** Its other properties, as far as they can be cloned. */
  readonly properties?: Readonly<Record<string, unknown>>;
  /** The call ended so because it was told that its caller is gone. */
  readonly told?: boolean;
}

/** A value that was thrown: an error, or anything else. */
export type SentCause = SentError | { readonly corio: "thrown"; readonly value: unknown };

/** Causes of causes beyond these are left out. */
const DEEPEST = 8;

const KEPT_APART = new Set(["name", "message", "stack", "code", "cause"]);

const BUILTIN_CLASSES = [
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
  // Node 22 has none.
  ...(typeof SuppressedError === "function" ? [SuppressedError] : []),
];

const builtins = new Map<string, abstract new (...args: never[]) => Error>([
  ["Error", Error],
  ...BUILTIN_CLASSES.map((type) => [type.name, type] as const),
]);

/** What was thrown, as it can be sent. Never throws itself. */
export function sendable(thrown: unknown, depth = 0): SentCause {
  try {
    return thrown instanceof Error ? describe(thrown, depth) : { corio: "thrown", value: cloneOf(thrown) };
  } catch (failure) {
    const message = `An error that cannot be read was thrown: ${String(failure)}`;
    return { corio: "error", builtin: "Error", name: "Error", message, stack: `Error: ${message}` };
  }
}

function describe(error: Error, depth: number): SentError {
  const { code } = error as { code?: unknown };
  const errors = errorsIn(error);
  const properties = propertiesOf(error, errors === undefined);
  const deeper = depth < DEEPEST;
  return {
    corio: "error",
    builtin:
      error instanceof DOMException
        ? "DOMException"
        : (BUILTIN_CLASSES.find((type) => error instanceof type)?.name ?? "Error"),
    name: String(error.name),
    message: String(error.message),
    stack: String(error.stack),
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(deeper && "cause" in error ? { cause: sendable(error.cause, depth + 1) } : {}),
    ...(deeper && errors !== undefined ? { errors: errors.map((inner) => sendable(inner, depth + 1)) } : {}),
    ...(properties === undefined ? {} : { properties }),
  };
}

function errorsIn(error: Error): readonly unknown[] | undefined {
  if (error instanceof AggregateError) return error.errors as unknown[];
  if (typeof SuppressedError === "function" && error instanceof SuppressedError)
    return [error.error, error.suppressed];
  return undefined;
}

/** @param all "errors" among them */
function propertiesOf(error: Error, all: boolean): Record<string, unknown> | undefined {
  let properties: Record<string, unknown> | undefined;
  for (const key of Object.keys(error)) {
    if (KEPT_APART.has(key) || (key === "errors" && !all)) continue;
    const value = (error as unknown as Record<string, unknown>)[key];
    if (canBeCloned(value)) (properties ??= {})[key] = value;
  }
  return properties;
}

function cloneOf(thrown: unknown): unknown {
  return canBeCloned(thrown) ? thrown : String(thrown);
}

function canBeCloned(value: unknown): boolean {
  if (isSurelyCloneable(value)) return true;
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** Whether the value is an error on its way. */
export function isSent(value: unknown): value is SentCause {
  const { corio } = (typeof value === "object" && value !== null ? value : {}) as { corio?: unknown };
  return corio === "error" || corio === "thrown";
}

/**
 * What was thrown on the other side. `classes` has, by name, those that errors get besides JavaScript's own; `finish` may lengthen the stack
 * of the outermost.
 */
export function received(
  sent: SentCause,
  classes: ReadonlyMap<string, ErrorClass>,
  finish: (stack: string) => string = (stack) => stack,
): unknown {
  if (sent.corio === "thrown") return sent.value;
  const error = new Error(sent.message);
  const prototype = prototypeOf(sent, classes);
  if (sent.builtin === "DOMException") {
    const exception = new DOMException(sent.message, sent.name);
    hide(exception, "stack", finish(sent.stack));
    if (sent.cause !== undefined) hide(exception, "cause", received(sent.cause, classes));
    return exception;
  }
  if (prototype !== Error.prototype) Object.setPrototypeOf(error, prototype);
  hide(error, "stack", finish(sent.stack));
  if (error.name !== sent.name) hide(error, "name", sent.name);
  if (sent.cause !== undefined) hide(error, "cause", received(sent.cause, classes));
  const errors = sent.errors?.map((inner) => received(inner, classes));
  if (sent.builtin === "SuppressedError") {
    hide(error, "error", errors?.[0]);
    hide(error, "suppressed", errors?.[1]);
  } else if (errors !== undefined) hide(error, "errors", errors);
  return Object.assign(error, sent.properties, sent.code === undefined ? undefined : { code: sent.code });
}

export interface ErrorClass {
  readonly prototype: Error;
  /** What an error must have for a code to be of this class, and not of another of the same name. */
  readonly code: string;
}

function prototypeOf(sent: SentError, classes: ReadonlyMap<string, ErrorClass>): object {
  const known = classes.get(sent.name);
  if (known !== undefined && known.code === sent.code) return known.prototype;
  return (builtins.get(sent.builtin) ?? Error).prototype as object;
}

function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false });
}
