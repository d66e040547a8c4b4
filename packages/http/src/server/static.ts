// Serving files: which one, whether the client has it already, which part of it, and sending it.

import type { FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import type { Coroutine } from "corio";
import { fromPromise } from "corio";
import { HttpNotFound, InvalidResponseError } from "../errors.ts";
import { formatHttpDate } from "../http-date.ts";
import type { Handler } from "./application.ts";
import type { BodyWriter } from "./body-writer.ts";
import { evaluateConditions, parseRange } from "./conditional.ts";
import { mediaTypeOf } from "./media-types.ts";
import type { Request } from "./request.ts";
import { Response, redirect } from "./response.ts";
import { openBelow, safeNames } from "./static-file.ts";
import type { OpenFile } from "./static-file.ts";

export interface StaticOptions {
  /** Sent as Cache-Control, for example `"public, max-age=3600"`. */
  readonly cacheControl?: string;
  /** Content types by extension (`".foo"`), before the built-in ones. */
  readonly contentTypes?: Readonly<Record<string, string>>;
}

const READ_SIZE = 64 * 1024;

export function staticHandler(directory: string, options: StaticOptions): Handler<{ readonly "*": string }> {
  const root = resolve(directory);
  return (request) => serveFile(root, options, request);
}

function* serveFile(
  root: string,
  options: StaticOptions,
  request: Request<{ readonly "*": string }>,
): Coroutine<Response> {
  const rest = request.params["*"];
  const trailing = rest === "" || rest.endsWith("/");
  const names = safeNames(rest === "" ? [] : rest.split("/"));
  const found = names === null ? null : yield* openBelow(root, names, trailing);
  if (found === null || found.kind === "absent") throw new HttpNotFound();
  // Relative: a redirect built from the request's own path could lead to another host ("//host/").
  if (found.kind === "directory") return redirect(`./${encodeURIComponent(names?.at(-1) ?? "")}/`, 308);
  const { file } = found;
  request.scope.defer(() => fromPromise(file.handle.close()));
  return fileResponse(file, options, request);
}

function fileResponse(file: OpenFile, options: StaticOptions, request: Request<unknown>): Response {
  const etag = `"${Math.floor(file.modified * 1000).toString(16)}-${file.size.toString(16)}"`;
  const validators = { etag, lastModified: file.modified };
  const headers: Record<string, string> = {
    etag,
    "last-modified": formatHttpDate(file.modified),
    "accept-ranges": "bytes",
  };
  if (options.cacheControl !== undefined) headers["cache-control"] = options.cacheControl;
  const verdict = evaluateConditions(request.headers, validators);
  if (verdict !== 200) return new Response(null, { status: verdict, headers });
  const extension = /\.[^./\\]*$/.exec(file.path)?.[0] ?? "";
  headers["content-type"] = options.contentTypes?.[extension] ?? mediaTypeOf(file.path);
  // The type is what it says: no guessing by the client.
  headers["x-content-type-options"] = "nosniff";
  const range = request.method === "GET" ? parseRange(request.headers, file.size, validators) : null;
  if (range === "unsatisfiable") {
    return new Response(null, { status: 416, headers: { "content-range": `bytes */${file.size}` } });
  }
  const { start, end } = range ?? { start: 0, end: file.size - 1 };
  headers["content-length"] = String(end - start + 1);
  if (range !== null) headers["content-range"] = `bytes ${start}-${end}/${file.size}`;
  const body = (writer: BodyWriter): Coroutine<void> => sendFile(file.handle, start, end + 1, writer);
  return new Response(body, { status: range === null ? 200 : 206, headers });
}

function* sendFile(handle: FileHandle, start: number, end: number, writer: BodyWriter): Coroutine<void> {
  let position = start;
  while (position < end) {
    // A buffer of its own per read: the one before may still wait in the socket.
    const buffer = Buffer.allocUnsafe(Math.min(READ_SIZE, end - position));
    const { bytesRead } = yield* fromPromise(() => handle.read(buffer, 0, buffer.byteLength, position));
    if (bytesRead === 0) throw new InvalidResponseError("File became shorter while it was sent");
    position += bytesRead;
    yield* writer.writeChunk(buffer.subarray(0, bytesRead));
  }
}
