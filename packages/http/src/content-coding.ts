// Undoing Content-Encoding (gzip, deflate, br, zstd) piece by piece: with backpressure, so that a reader who stops stops
// the inflation, and with a bound on the ratio, so that a small body cannot become an endless one.

import zlib from "node:zlib";
import type { Transform } from "node:stream";
import type { Coroutine } from "corio";
import { suspend } from "corio/lowlevel";
import type { ByteSource } from "./byte-source.ts";
import { ClientPayloadError, DecompressionLimitError } from "./errors.ts";

/** When inflating is refused: beyond `floor` bytes of output that are also more than `ratio` times the input. */
export interface InflateLimit {
  readonly ratio: number;
  readonly floor: number;
}

export const DEFAULT_INFLATE_LIMIT: InflateLimit = { ratio: 250, floor: 16 * 1024 * 1024 };

// More codings than this on one body are an attack, not a use.
const MAX_CODINGS = 5;
// Up to this length a whole body is inflated in place: a trip to the thread pool costs more.
const INLINE_SIZE = 64 * 1024;
// A zstd frame may ask for gigabytes of window; 8 MiB is what browsers allow.
const ZSTD_WINDOW_LOG = 23;

const HAS_ZSTD = typeof zlib.createZstdDecompress === "function";

/** What this host can decode, as an Accept-Encoding value. */
export const ACCEPT_ENCODING: string = HAS_ZSTD ? "gzip, deflate, br, zstd" : "gzip, deflate, br";

/**
 * The codings of a Content-Encoding header in the order they were applied, `identity` left out. Empty when there is
 * nothing to undo, or one of them is unknown (the body is then passed on as it came).
 */
export function parseCodings(header: string | null): readonly string[] {
  if (header === null) return [];
  const codings = header
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  if (codings.length > MAX_CODINGS) {
    throw new ClientPayloadError(
      `Body has ${codings.length} content codings, at most ${MAX_CODINGS} are undone`,
    );
  }
  return codings.every(isKnown) ? codings : [];
}

function isKnown(coding: string): boolean {
  return (
    coding === "gzip" ||
    coding === "x-gzip" ||
    coding === "deflate" ||
    coding === "br" ||
    (HAS_ZSTD && coding === "zstd")
  );
}

/** Wraps a source so that it delivers the decoded bytes. */
export function decode(source: ByteSource, codings: readonly string[], limit: InflateLimit): ByteSource {
  return codings
    .toReversed()
    .reduce<ByteSource>((inner, coding) => new DecodedSource(inner, coding, limit), source);
}

/** Decodes a short body that is there as a whole; null when it is too long for that and must be streamed. */
export function decodeInline(body: Buffer, codings: readonly string[], limit: InflateLimit): Buffer | null {
  if (body.byteLength > INLINE_SIZE || codings.length !== 1) return null;
  if (body.byteLength === 0) return body;
  const maxOutputLength = Math.max(
    limit.floor,
    Math.min(limit.ratio * body.byteLength, Number.MAX_SAFE_INTEGER),
  );
  try {
    return inflateSync(codings[0] ?? "", body, Math.min(maxOutputLength, 2 ** 31 - 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw bomb(limit);
    throw broken(codings[0] ?? "", error);
  }
}

function inflateSync(coding: string, body: Buffer, maxOutputLength: number): Buffer {
  const options = { maxOutputLength };
  if (coding === "br") return zlib.brotliDecompressSync(body, options);
  if (coding === "zstd") return zlib.zstdDecompressSync(body, { ...options, params: ZSTD_PARAMS });
  if (coding !== "deflate") return zlib.gunzipSync(body, options);
  return hasZlibHeader(body) ? zlib.inflateSync(body, options) : zlib.inflateRawSync(body, options);
}

const ZSTD_PARAMS = { [zlib.constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG };

function createDecoder(coding: string, first: Uint8Array): Transform {
  if (coding === "br") return zlib.createBrotliDecompress();
  if (coding === "zstd") return zlib.createZstdDecompress({ params: ZSTD_PARAMS });
  if (coding === "deflate") return hasZlibHeader(first) ? zlib.createInflate() : zlib.createInflateRaw();
  return zlib.createGunzip();
}

// "deflate" should be a zlib stream, but some servers send the bare one.
function hasZlibHeader(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
}

class DecodedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #coding: string;
  readonly #limit: InflateLimit;
  #decoder: Transform | null = null;
  #wake: (() => void) | null = null;
  #error: Error | null = null;
  #writing = false;
  #inputEnded = false;
  #ended = false;
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(source: ByteSource, coding: string, limit: InflateLimit) {
    this.#source = source;
    this.#coding = coding;
    this.#limit = limit;
  }

  *pull(): Coroutine<Uint8Array | null> {
    const decoder = this.#decoder ?? (yield* this.#open());
    if (decoder === null) return null;
    for (;;) {
      const chunk = decoder.read() as Buffer | null;
      if (chunk !== null) return this.#account(chunk);
      if (this.#error !== null) throw broken(this.#coding, this.#error);
      if (this.#ended) return yield* this.#skipRest();
      if (this.#writing || this.#inputEnded) {
        yield* suspend<void>((resolve) => {
          this.#wake = resolve;
          return () => {
            this.#wake = null;
          };
        });
      } else {
        this.#feed(decoder, yield* this.#source.pull());
      }
    }
  }

  close(): void {
    this.#ended = true;
    this.#inputEnded = true;
    this.#decoder?.destroy();
    this.#source.close();
  }

  // The first bytes decide between the two kinds of deflate; a body without any is empty, whatever its header says.
  *#open(): Coroutine<Transform | null> {
    if (this.#ended) return null;
    const first = yield* this.#source.pull();
    if (first === null) {
      this.#ended = true;
      return null;
    }
    const decoder = createDecoder(this.#coding, first);
    decoder.on("readable", this.#notify);
    decoder.on("end", () => {
      this.#ended = true;
      this.#notify();
    });
    decoder.on("error", (error: Error) => {
      this.#error = error;
      this.#notify();
    });
    this.#decoder = decoder;
    this.#feed(decoder, first);
    return decoder;
  }

  #feed(decoder: Transform, chunk: Uint8Array | null): void {
    if (chunk === null) {
      this.#inputEnded = true;
      decoder.end();
      return;
    }
    this.#bytesIn += chunk.byteLength;
    this.#writing = true;
    decoder.write(chunk, () => {
      this.#writing = false;
      this.#notify();
    });
  }

  readonly #notify = (): void => {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  };

  #account(chunk: Buffer): Buffer {
    this.#bytesOut += chunk.byteLength;
    if (this.#bytesOut > this.#limit.floor && this.#bytesOut > this.#bytesIn * this.#limit.ratio) {
      this.close();
      throw bomb(this.#limit);
    }
    return chunk;
  }

  // Bytes after the compressed stream's own end are ignored, but read: the connection is to be used again.
  *#skipRest(): Coroutine<null> {
    while (!this.#inputEnded) {
      if ((yield* this.#source.pull()) === null) this.#inputEnded = true;
    }
    return null;
  }
}

function bomb(limit: InflateLimit): DecompressionLimitError {
  return new DecompressionLimitError(
    `Body inflates to more than ${limit.ratio} times its size (inflateLimit.ratio), beyond ${limit.floor} bytes`,
    limit.floor,
  );
}

function broken(coding: string, cause: unknown): ClientPayloadError {
  return new ClientPayloadError(`Cannot decode ${coding} body: ${(cause as Error).message}`, { cause });
}
