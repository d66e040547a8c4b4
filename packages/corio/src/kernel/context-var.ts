// Context variables: values that a task and what it calls share, and that its children copy.
//
// The values of a context are a map that never changes: a `set` makes another one. So to copy a context is to copy a pointer, and
// a task needs one field for it.

import { InvalidStateError, LookupError, ScopeClosedError } from "../errors.ts";
import { assertPlainFunction } from "./plain-function.ts";
import { taskOf } from "./task-of.ts";
import { scopeHere, scopeHereOrNull } from "./scope-current.ts";
import type { ScopeNode } from "./scope.ts";
import { current, type Strand } from "./strand.ts";

/** The values of a context at one moment. */
export type ContextValues = ReadonlyMap<ContextVar<unknown>, unknown>;

/** Who has a context: a task, or the world outside any. Its own values until it sets one or shows its context, a Context then. */
export interface ContextHolder {
  vars: ContextValues | Context;
}

const NOTHING: ContextValues = new Map();

/** What code outside any run shares. */
const outside: ContextHolder = { vars: NOTHING };

/** The context that was entered by hand, and the strand in whose step that happened: other strands have their own. */
const entered: { context: Context | null; strand: Strand | null } = { context: null, strand: null };

/** Whether any variable was ever set: as long as none was, a spawn need not look. */
let used = false;

/**
 * A set of values of context variables. Each task runs in one; tasks may share one (`spawn({ context }, fn)`). A new Context is empty;
 * `copyContext()` makes one of what is set here.
 */
export class Context {
  /** @internal */
  values: ContextValues = NOTHING;

  /**
   * Calls a plain function in this context and gives its result: what it sets is set here, what it spawns copies this. A
   * coroutine or an async function would go on in the context of its task: TypeError; `spawn({ context }, fn)` runs one in a context.
   */
  run<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): R {
    assertPlainFunction(fn, "run in a context", "spawn({ context }, fn) runs it in one");
    return enter(this, fn as unknown as (...args: never[]) => R, args);
  }

  /** Another context with the same values. */
  copy(): Context {
    return contextOf(this.values);
  }

  /** What the variable is set to here; undefined when it is not set. Its default does not count. */
  get<T>(variable: ContextVar<T>): T | undefined {
    return this.values.get(variable) as T | undefined;
  }

  /** Whether the variable is set in it; its default does not count. */
  has(variable: ContextVar<unknown>): boolean {
    return this.values.has(variable);
  }

  /** How many variables are set. */
  get size(): number {
    return this.values.size;
  }

  /** The variables that are set, and their values. */
  [Symbol.iterator](): IterableIterator<[ContextVar<unknown>, unknown]> {
    return this.values.entries();
  }
}

/** Calls a function in a context. */
export function enter<R>(inner: Context, fn: (...args: never[]) => R, args: readonly unknown[]): R {
  const { context, strand } = entered;
  entered.context = inner;
  entered.strand = current.strand;
  try {
    return (fn as (...args: readonly unknown[]) => R)(...args);
  } finally {
    entered.context = context;
    entered.strand = strand;
  }
}

/** What `set` gives, for `reset`: it knows what the variable was before, and where. `using` takes the change back by itself. */
export class Token<T> implements Disposable {
  /** The variable that was set. */
  readonly variable: ContextVar<T>;
  /** @internal */
  readonly context: Context;
  /** @internal The values before, of which one counts. */
  readonly before: ContextValues;
  /** @internal */
  spent = false;

  /** @internal */
  constructor(variable: ContextVar<T>, context: Context, before: ContextValues) {
    this.variable = variable;
    this.context = context;
    this.before = before;
  }

  /** Takes the change back: `using token = variable.set(value)`. Errors as for `reset`. */
  [Symbol.dispose](): void {
    this.variable.reset(this);
  }
}

/**
 * A variable that each task has for itself, as asyncio has it: a task copies the values of whoever makes it, later changes on either
 * side are unseen on the other. What a task calls or waits for shares its values, in both dialects; so do async calls that it left
 * floating. Callbacks of the loop have a copy of their own. Outside any run there is one context for all.
 *
 * Where the host cannot follow async code (browsers), async functions have that one too; coroutines have their task's everywhere.
 */
export class ContextVar<T> {
  readonly name: string;
  readonly #default: { readonly value: T } | null;

  constructor(name: string, options: { readonly default?: T } = {}) {
    if (typeof name !== "string") {
      throw new TypeError(`Cannot make a context variable named ${String(name)}: its name is a string`);
    }
    if (options === null || typeof options !== "object") {
      throw new TypeError(
        `Cannot make the context variable ${name}: a default is given as { default: value }`,
      );
    }
    this.name = name;
    this.#default = "default" in options ? { value: options.default as T } : null;
  }

  /** The value here; if none is set, the fallback, or else the variable's default, or else LookupError. */
  get(): T;
  get<F>(fallback: F): T | F;
  get(...fallback: [] | [unknown]): unknown {
    const values = valuesHere();
    const value = values.get(this);
    if (value !== undefined || values.has(this)) return value;
    if (fallback.length > 0) return fallback[0];
    if (this.#default !== null) return this.#default.value;
    throw new LookupError(`The context variable ${this.name} has no value here, and no default`);
  }

  /** Sets the value here. The token given takes it back. ScopeClosedError for code that has outlived its block. */
  set(value: T): Token<T> {
    const context = contextHere();
    const before = context.values;
    used = true;
    context.values = new Map(before).set(this, value);
    return new Token(this, context, before);
  }

  /** Gives the variable the value that it had before the `set` that gave the token: once, in the same context, else InvalidStateError. */
  reset(token: Token<T>): void {
    if (!(token instanceof Token) || token.variable !== this) {
      throw new TypeError(`Cannot reset ${this.name}: the token is of another variable`);
    }
    if (token.spent) throw new InvalidStateError(`Cannot reset ${this.name}: the token was used before`);
    const context = contextHere();
    if (token.context !== context) {
      throw new InvalidStateError(`Cannot reset ${this.name}: it was set in another context`);
    }
    token.spent = true;
    const values = new Map(context.values);
    if (token.before.has(this)) values.set(this, token.before.get(this));
    else values.delete(this);
    context.values = values;
  }
}

/** A copy of the context of the running code. */
export function copyContext(): Context {
  return contextOf(valuesHere());
}

function contextOf(values: ContextValues): Context {
  const context = new Context();
  context.values = values;
  return context;
}

/** What the running code sees. */
export function valuesHere(): ContextValues {
  if (entered.context !== null && entered.strand === current.strand) return entered.context.values;
  const { vars } = holderOf(scopeHereOrNull());
  return vars instanceof Context ? vars.values : vars;
}

/** What a task that is made now begins with. Costs a spawn one test until a first variable is set. */
export function valuesForTask(): ContextValues {
  return used ? valuesHere() : NOTHING;
}

/** The context of the running code, as an object that changes with it. */
function contextHere(): Context {
  if (entered.context !== null && entered.strand === current.strand) return entered.context;
  const holder = holderOf(scopeHereOrNull());
  if (holder === outside) refuseOutlived();
  return contextOfHolder(holder);
}

/** A holder's context, as an object that changes with it. */
export function contextOfHolder(holder: ContextHolder): Context {
  if (holder.vars instanceof Context) return holder.vars;
  const context = contextOf(holder.vars);
  holder.vars = context;
  return context;
}

/** Whose context counts in a scope: the task's. */
export function holderOf(scope: ScopeNode | null): ContextHolder {
  return taskOf(scope) ?? outside;
}

/** Code whose block has ended is not outside: what it sets would be seen by everybody. */
function refuseOutlived(): void {
  try {
    scopeHere();
  } catch (error) {
    if (error instanceof ScopeClosedError) throw error;
  }
}
