// What the system and the name servers say when a look-up fails, in the classes that callers see.
import { HostLookupError, HostNotFoundError } from "../errors.ts";

/** The answer is sure: the name does not exist, or has nothing of the kind. */
const notFound: ReadonlySet<string> = new Set([
  "ENOTFOUND",
  "ENODATA",
  "ENONAME",
  "EAI_NONAME",
  "EAI_NODATA",
  "EAI_ADDRFAMILY",
  "EBADNAME",
  // Longer than a name may be: libuv does not ask for it.
  "EINVAL",
  "ENAMETOOLONG",
]);

/** Turns a failure of node:dns into the error that callers see. Anything else is given back as it is. */
export function lookupError(error: unknown, host: string): unknown {
  if (!(error instanceof Error) || error instanceof HostLookupError) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== "string" || syscall === undefined) return error;
  if (notFound.has(code)) return hostNotFound(host, code, error);
  return new HostLookupError(`Cannot look up ${host}: the name service gives no answer (${code})`, {
    code,
    host,
    cause: error,
  });
}

const texts: Readonly<Record<string, string>> = {
  ENODATA: "the name has no such address",
  EAI_ADDRFAMILY: "it has no address of this family",
  EINVAL: "it cannot be a name",
  ENAMETOOLONG: "it cannot be a name",
};

export function hostNotFound(host: string, code: string, cause?: unknown): HostNotFoundError {
  const what = texts[code] ?? "the name is not known";
  return new HostNotFoundError(`Cannot look up ${host}: ${what} (${code})`, { code, host, cause });
}
