// The path of a request target, taken apart once, before anything is looked up with it.

export interface RequestPath {
  /** As sent, without the query. */
  readonly raw: string;
  /** Percent-decoded, segment by segment. */
  readonly segments: readonly string[];
  /** The query without its question mark. */
  readonly query: string;
}

/** Takes `/path?query` apart. Null when it is not percent-encoded properly. */
export function splitTarget(target: string): RequestPath | null {
  const mark = target.indexOf("?");
  const raw = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? "" : target.slice(mark + 1);
  const encoded = raw.slice(1).split("/");
  if (!raw.includes("%")) return { raw, segments: encoded, query };
  try {
    return { raw, segments: encoded.map(decodeURIComponent), query };
  } catch {
    return null;
  }
}

/** The decoded path. A slash that came encoded stays encoded: it does not part segments. */
export function decodedPath(path: RequestPath): string {
  if (!path.raw.includes("%")) return path.raw;
  return `/${path.segments.map((segment) => segment.replaceAll("/", "%2F")).join("/")}`;
}
