// What may be said of any stream.

/** What may be said of any stream. */
export interface StreamOptions {
  /** See `StreamReaderOptions.limit`. Default 65,536. */
  readonly limit?: number | undefined;
  /** Milliseconds that closing waits for what was written to go out, before the connection is aborted. Default 10,000. */
  readonly closeTimeout?: number | undefined;
}

/** Throws what is wrong, before anything has been done. */
export function checkStreamOptions({ limit = 1, closeTimeout = 0 }: StreamOptions): void {
  checkLimit(limit);
  if (!(closeTimeout >= 0)) {
    throw new RangeError(
      `Cannot use ${String(closeTimeout)} for closeTimeout: it takes milliseconds, zero or more`,
    );
  }
}

export function checkLimit(limit: number): void {
  if (!(limit > 0))
    throw new RangeError(`Cannot read with a limit of ${String(limit)}: it takes 1 byte or more`);
}
