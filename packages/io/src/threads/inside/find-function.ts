// Finds the function that a call names: in a module, or by its text.
import type { FunctionReference, TextFunctionReference } from "../messages.ts";
import { codedError } from "./current-call.ts";

export type Callable = (...args: readonly unknown[]) => unknown;

/** By their keys and texts, which no function shares with another. */
const found = new Map<string, Callable>();

/** Functions that are kept. A program that makes up functions as it goes must not fill the thread with them. */
const MOST_FUNCTIONS = 2000;

/** The function of a module, if it was found before. */
export function foundFunction(key: string): Callable | undefined {
  return found.get(key);
}

/** Finds the function. A ThreadFunctionError where it is not. */
export async function findFunction(fn: string | FunctionReference): Promise<Callable> {
  const key = typeof fn === "string" ? fn : fn.kind === "module" ? fn.key : fn.text;
  let callable = found.get(key);
  if (callable !== undefined) return callable;
  callable = typeof fn === "string" || fn.kind === "module" ? await importFunction(key) : compile(fn);
  if (found.size >= MOST_FUNCTIONS) found.clear();
  found.set(key, callable);
  return callable;
}

async function importFunction(key: string): Promise<Callable> {
  const [module, name] = key.split("\n") as [string, string];
  let exports: Record<string, unknown>;
  try {
    exports = (await import(module)) as Record<string, unknown>;
  } catch (error) {
    throw refusal(`Cannot load ${module} in a thread: ${messageOf(error)}`, error);
  }
  const fn = exports[name];
  if (typeof fn !== "function") {
    const functions = Object.keys(exports).filter((key) => typeof exports[key] === "function");
    const others = functions.length === 0 ? "no function at all" : functions.join(", ");
    throw refusal(`Cannot find the function ${name}: ${module} exports ${others}`);
  }
  return fn as Callable;
}

function compile({ text, name, globals }: TextFunctionReference): Callable {
  const missing = globals.filter((global) => !(global in globalThis));
  if (missing.length > 0) {
    throw refusal(
      `Cannot run the function ${name}: its global ${missing.join(", ")} is not there in a thread. Pass it as an argument, or put the function in a module`,
    );
  }
  // Not by `eval`: that would see what is here. What it imports is looked for from this module.
  const source = `"use strict";return (\n${text}\n)\n//# sourceURL=thread-function-${encodeURIComponent(name)}`;
  try {
    // oxlint-disable-next-line typescript/no-implied-eval
    return (new Function(source) as () => Callable)();
  } catch (error) {
    throw refusal(`Cannot run the text of the function ${name}: ${messageOf(error)}`, error);
  }
}

function refusal(message: string, cause?: unknown): Error {
  return codedError("ThreadFunctionError", "ERR_THREAD_FUNCTION", message, cause);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
