// Context variables whose values go with a call into its thread. Used on both sides.
import type { ContextVar, Token } from "corio";
import type { ContextEntry } from "./messages.ts";

const variables = new Map<string, ContextVar<unknown>>();

const ABSENT: unique symbol = Symbol("absent");

/**
 * Has the values of a context variable copied into threads: a call begins with what the variable is set to where it is made, and what
 * the thread sets stays there. Gives the variable back. It is found by its name on the other side, so it stands in a module that both
 * sides import, and no other variable may have its name: TypeError. Its values must be cloneable: a call made while it is set to another
 * is a ThreadFunctionError. Variables that are not marked have their defaults in a thread.
 */
export function copyToThreads<T>(variable: ContextVar<T>): ContextVar<T> {
  if (typeof variable?.name !== "string" || typeof variable.set !== "function")
    throw new TypeError(`Cannot copy ${typeof variable} to threads: it takes a ContextVar`);
  const before = variables.get(variable.name);
  if (before !== undefined && before !== (variable as unknown)) {
    throw new TypeError(
      `Cannot copy ${variable.name} to threads: another variable of that name is copied, and by their names they are found there`,
    );
  }
  variables.set(variable.name, variable as unknown as ContextVar<unknown>);
  return variable;
}

/** What the marked variables are set to here; null when none is. */
export function entriesHere(): ContextEntry[] | null {
  let entries: ContextEntry[] | null = null;
  for (const [name, variable] of variables) {
    const value = variable.get(ABSENT);
    if (value !== ABSENT) (entries ??= []).push([name, value]);
  }
  return entries;
}

/** Sets what came with a call; the function that is given takes it back. Variables whose module is not loaded here are left out. */
export function enterEntries(entries: readonly ContextEntry[]): () => void {
  const tokens: [ContextVar<unknown>, Token<unknown>][] = [];
  for (const [name, value] of entries) {
    const variable = variables.get(name);
    if (variable !== undefined) tokens.push([variable, variable.set(value)]);
  }
  return () => {
    for (const [variable, token] of tokens.toReversed()) variable.reset(token);
  };
}
