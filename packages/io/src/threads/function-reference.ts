// How a function of a module is named so that a thread finds it.
import { setReference, type AnyFunction } from "./function-record.ts";
import { moduleKey, type ModuleFunctionReference } from "./messages.ts";

/**
 * Names a function of another module, for a thread to run. The module is imported in the thread only. With a type, what `toThread` takes
 * and gives is known:
 *
 * ```ts no-check there is no such module here
 * const work = moduleFunction<typeof import("./work.ts").primes>(new URL("./work.ts", import.meta.url), "primes");
 * const found = await toThread(work, 1000);
 * ```
 *
 * The address is a whole one: `new URL("./work.ts", import.meta.url)`, `import.meta.resolve("a-package")`, `node:zlib`. A function that
 * the module does not export is a ThreadFunctionError of the call.
 */
export function moduleFunction<F extends AnyFunction = (...args: unknown[]) => unknown>(
  module: URL | string,
  name = "default",
): F {
  if (typeof name !== "string")
    throw new TypeError(`Cannot name the function for threads: its name is a string, not ${typeof name}`);
  const reference = referenceTo(module, name);
  const stand = (): never => {
    throw new TypeError(
      `${name} of ${reference.module} is for threads: give it to toThread, or import it to call it here`,
    );
  };
  setReference(stand, reference);
  return stand as unknown as F;
}

/**
 * Says where a function is exported, and gives it back: it is called as always, and `toThread` finds it. The module is its own, the name
 * that under which it exports the function.
 *
 * ```ts no-check a module of its own
 * export const primes = threadFunction(import.meta.url, function primes(below: number): number[] { … });
 * ```
 */
export function threadFunction<F extends AnyFunction>(
  module: URL | string,
  fn: F,
  name: string = (fn as F | null | undefined)?.name ?? "",
): F {
  if (typeof fn !== "function") {
    throw new TypeError(`Cannot name the function for threads: expected a function, got ${typeof fn}`);
  }
  if (name === "") {
    throw new TypeError(
      "Cannot name the function for threads: give the name under which its module exports it",
    );
  }
  setReference(fn, referenceTo(module, name));
  return fn;
}

function referenceTo(module: URL | string, name: string): ModuleFunctionReference {
  const address = String(module);
  if (URL.canParse(address) && !/^[a-z]:[\\/]/i.test(address)) {
    return { kind: "module", module: address, name, key: moduleKey(address, name) };
  }
  throw new TypeError(
    `Cannot find ${JSON.stringify(address)} from another thread: give a whole address, new URL("./work.ts", import.meta.url)`,
  );
}
