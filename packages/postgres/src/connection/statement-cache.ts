// The prepared statements of one connection: by text, the least recently used one goes first, and is closed on the
// server with the next flight that leaves.

import type { DecodedColumn, RowDecoder } from "../rows/row-decoder.ts";
import type { Codec } from "../types/codec.ts";
import type { ColumnDescription } from "../wire/backend.ts";
import type { Flight } from "./flight.ts";

/** A statement that the server has described. */
export class Statement {
  readonly sql: string;
  /** On the server; "" for one that is not kept there and is parsed with every use. */
  readonly name: string;
  /** The Parse under way, for those who ask for the same text meanwhile. */
  preparing: Flight | null = null;
  /** How many wait for it. */
  waiting = 0;
  /** Closed on the server, or about to be: prepare anew. */
  closed = false;
  parameterOids: readonly number[] = [];
  columns: readonly ColumnDescription[] = [];
  /** Set once all types are known. */
  shape: StatementShape | null = null;

  constructor(sql: string, name: string) {
    this.sql = sql;
    this.name = name;
  }
}

/** How to write the arguments of a statement and read its rows. */
export interface StatementShape {
  readonly parameters: readonly Codec[];
  readonly columns: readonly DecodedColumn[];
  readonly decode: RowDecoder;
  /** What stands in each Bind before the values: portal, statement, formats, count. */
  readonly bindPrefix: Uint8Array;
  /** And after them: the formats of the columns. */
  readonly bindSuffix: Uint8Array;
}

export class StatementCache {
  readonly #size: number;
  readonly #statements = new Map<string, Statement>();
  #count = 0;
  /** Names of statements on the server that nobody will use again. */
  readonly #toClose: string[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Whether statements are kept on the server. */
  get keeps(): boolean {
    return this.#size > 0;
  }

  get size(): number {
    return this.#statements.size;
  }

  get(sql: string): Statement | undefined {
    const statement = this.#statements.get(sql);
    if (statement !== undefined) {
      this.#statements.delete(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** A new statement, not prepared yet. */
  add(sql: string): Statement {
    // What is not kept on the server is still remembered here: its description saves a round trip.
    const statement = new Statement(sql, this.keeps ? `corio_${++this.#count}` : "");
    this.#statements.set(sql, statement);
    if (this.#statements.size > (this.keeps ? this.#size : 100))
      this.drop(this.#statements.values().next().value!);
    return statement;
  }

  drop(statement: Statement): void {
    if (this.#statements.get(statement.sql) === statement) this.#statements.delete(statement.sql);
    if (statement.closed) return;
    statement.closed = true;
    if (statement.name !== "") this.#toClose.push(statement.name);
  }

  /** Drops all: the schema has changed. */
  clear(): void {
    for (const statement of this.#statements.values()) this.drop(statement);
  }

  /** Forgets all without closing: the server has already dropped them. */
  forget(): void {
    for (const statement of this.#statements.values()) statement.closed = true;
    this.#statements.clear();
    this.#toClose.length = 0;
  }

  /** The names to close now. */
  takeClosed(): readonly string[] {
    return this.#toClose.length === 0 ? NONE : this.#toClose.splice(0);
  }
}

const NONE: readonly string[] = [];
