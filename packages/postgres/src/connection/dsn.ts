// Reads a DSN: `postgres://user:password@host:port,host:port/database?option=value`. Not with URL, which knows neither
// several hosts nor a socket's path as host.

import { InvalidDsn } from "../errors.ts";

export interface ParsedDsn {
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  /** Hosts with their ports, in order; a port is undefined where none is written. */
  readonly hosts: readonly { readonly host: string; readonly port: number | undefined }[];
  readonly query: ReadonlyMap<string, string>;
}

const DSN = /^postgres(?:ql)?:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s;

/** Throws InvalidDsn; the message never holds the password. */
export function parseDsn(dsn: string): ParsedDsn {
  const match = DSN.exec(dsn);
  if (match === null) {
    throw new InvalidDsn(
      'the DSN must look like "postgres://user:password@host:port/database", "pglite:" or "pglite:FOLDER"',
    );
  }
  const [, credentials, hostList = "", database, query] = match;
  const colon = credentials?.indexOf(":") ?? -1;
  const user = colon < 0 ? credentials : credentials!.slice(0, colon);
  const password = colon < 0 ? undefined : credentials!.slice(colon + 1);
  return {
    ...(user ? { user: decode(user, "user") } : {}),
    ...(password === undefined ? {} : { password: decode(password, "password") }),
    ...(database ? { database: decode(database, "database") } : {}),
    hosts: hostList === "" ? [] : hostList.split(",").map(parseHost),
    query: parseQuery(query ?? ""),
  };
}

function parseHost(text: string): { host: string; port: number | undefined } {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(text);
  if (match === null) throw new InvalidDsn(`"${text}" in the DSN is not a host and port`);
  const host = decode(match[1]!.replace(/^\[|\]$/g, ""), "host");
  return { host, port: match[2] ? parsePort(match[2]) : undefined };
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new InvalidDsn(`"${text}" is not a port number`);
  return port;
}

function parseQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    if (equals < 1) throw new InvalidDsn(`"${pair}" in the DSN is not of the form option=value`);
    query.set(decode(pair.slice(0, equals), "option"), decode(pair.slice(equals + 1), "option"));
  }
  return query;
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new InvalidDsn(`the ${what} in the DSN has a broken % escape`, { cause: error });
  }
}
