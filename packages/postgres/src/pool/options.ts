// What can be said about a pool, over and above its connections.

import type { ConnectOptions } from "../connection/options.ts";
import type { Connection } from "../connection/connection.ts";
import { InterfaceError } from "../errors.ts";

export interface PoolOptions extends ConnectOptions {
  /** Connections opened at once, so that a wrong address fails early. Default 1. */
  minSize?: number;
  /** Connections at most. Default 10; an embedded database has 1. */
  maxSize?: number;
  /** Times a connection is borrowed before it is replaced. Default 50 000. */
  maxUses?: number;
  /** Milliseconds a connection may be idle before it is replaced. Default 300 000; Infinity for ever. */
  maxInactiveConnectionLifetime?: number;
  /** Milliseconds a connection may live before it is replaced. Default Infinity. */
  maxConnectionLifetime?: number;
  /** Called once for each new connection, in either dialect. What it sets with SET is undone at the first release. */
  init?: (connection: Connection) => unknown;
  /** Called each time before a connection is handed out. */
  setup?: (connection: Connection) => unknown;
}

export interface PoolLimits {
  readonly minSize: number;
  readonly maxSize: number;
  readonly maxUses: number;
  readonly maxIdle: number;
  readonly maxAge: number;
}

export function poolLimits(options: PoolOptions, embedded: boolean): PoolLimits {
  // An embedded database in memory dies with its connection: that one is never replaced.
  if (embedded) return { minSize: 1, maxSize: 1, maxUses: Infinity, maxIdle: Infinity, maxAge: Infinity };
  const maxSize = options.maxSize ?? 10;
  const minSize = options.minSize ?? Math.min(1, maxSize);
  if (!Number.isInteger(maxSize) || maxSize < 1)
    throw new InterfaceError(`maxSize must be a whole number from 1, not ${maxSize}`);
  if (!Number.isInteger(minSize) || minSize < 0 || minSize > maxSize) {
    throw new InterfaceError(`minSize must be a whole number from 0 to maxSize (${maxSize}), not ${minSize}`);
  }
  return {
    minSize,
    maxSize,
    maxUses: options.maxUses ?? 50_000,
    maxIdle: options.maxInactiveConnectionLifetime ?? 300_000,
    maxAge: options.maxConnectionLifetime ?? Infinity,
  };
}
