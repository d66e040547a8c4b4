// What the two sides of a thread say to each other. Both are of one version, in one process.
import type { MessagePort } from "node:worker_threads";
import type { SentCause } from "./sent-error.ts";

/** A function, as it can be sent: where it is, or how it reads. */
export type FunctionReference = ModuleFunctionReference | TextFunctionReference;

export interface ModuleFunctionReference {
  readonly kind: "module";
  /** The address of the module. */
  readonly module: string;
  /** The name under which the module exports the function. */
  readonly name: string;
  /** Both in one: see `moduleKey`. */
  readonly key: string;
}

export interface TextFunctionReference {
  readonly kind: "text";
  /** An expression that gives the function. */
  readonly text: string;
  /** For messages. */
  readonly name: string;
  /** The names from outside that it uses, all of them global. */
  readonly globals: readonly string[];
}

/** What a context variable is set to for a call. */
export type ContextEntry = readonly [name: string, value: unknown];

/** A call of what most calls are not: a function sent as text, or one with values of context variables. */
export interface UnusualFunction {
  readonly fn: FunctionReference;
  readonly context: readonly ContextEntry[] | null;
}

/** A call, as the pool hands it to a thread. An array, and a string for the function: half the price of objects with names. */
export type CallMessage = [id: number, fn: string | UnusualFunction, ...args: unknown[]];

/** An export of a module as one string. No name of an export has a line break in front of it. */
export function moduleKey(module: string, name: string): string {
  return `${module}\n${name}`;
}

/** The first word of a thread: the port for all that is no plain answer, and where it can be told that a call was cancelled. */
export interface Greeting {
  readonly "corio.thread": {
    readonly threadId: number;
    readonly port: MessagePort;
    /** Holds the id of the call that was cancelled last. */
    readonly cancelled: Int32Array;
  };
}

/** From the thread, beside the pool. */
export type FromThread =
  | { readonly id: number; readonly progress: unknown }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: SentCause }
  | {
      readonly id: number;
      readonly request: number;
      readonly name: string;
      readonly args: readonly unknown[];
    };

/** To the thread, beside the pool. */
export type ToThread =
  | { readonly cancel: number }
  | { readonly id: number; readonly request: number; readonly value: unknown }
  | { readonly id: number; readonly request: number; readonly error: SentCause };

/** Thrown to the pool in place of an answer that goes, or went, by the thread's own port. */
export interface Aside {
  readonly corio: "aside";
}
