// What can be said about a connection, and how options, DSN, environment and defaults come together, in that order.

import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import type { ConnectionOptions as TlsConnectionOptions } from "node:tls";
import { InvalidDsn } from "../errors.ts";
import type { Int8Mode } from "../types/builtin.ts";
import type { Address, SslMode, TlsOptions } from "../transport/socket-connector.ts";
import { parseDsn, parsePort } from "./dsn.ts";
import type { ParsedDsn } from "./dsn.ts";

export interface ConnectOptions {
  /** `postgres://…`, `pglite:` (in memory) or `pglite:FOLDER`. Options given beside it win over what it says. */
  dsn?: string;
  /** A host name, a folder with a Unix socket (beginning with `/`), or several, tried in order. */
  host?: string | readonly string[];
  port?: number | readonly number[];
  user?: string;
  database?: string;
  /** Or a function of either dialect that gives it, called once for each new connection. */
  password?: string | (() => unknown);
  sslmode?: SslMode;
  /** Further options of `tls.connect`. */
  tls?: TlsConnectionOptions;
  /** Milliseconds for connecting, all of it. Default 60 000; null for no limit. */
  timeout?: number | null;
  /** Milliseconds for each operation. On expiry it is cancelled on the server and throws TimeoutError. Default none. */
  commandTimeout?: number | null;
  /** Milliseconds that a cancelled operation may take to end before the connection is given up. Default 3000. */
  cancelTimeout?: number;
  /** Settings of the session, sent with the startup: `{ application_name: "…", search_path: "…" }`. */
  serverSettings?: Readonly<Record<string, string>>;
  /** Prepared statements kept per connection. 0 for transaction poolers: nothing is kept on the server. Default 100. */
  statementCacheSize?: number;
  /** How int8 is read: as bigint (default), or as number, with an error beyond 2^53. */
  int8?: Int8Mode;
}

/** All settled: where to connect, and how. */
export interface ResolvedOptions {
  readonly addresses: readonly Address[];
  /** The folder of an embedded database, "" for one in memory; undefined for a real server. */
  readonly embedded: string | undefined;
  readonly tls: TlsOptions;
  readonly user: string;
  readonly database: string;
  readonly password: string | (() => unknown) | undefined;
  readonly timeout: number | null;
  readonly commandTimeout: number | null;
  readonly cancelTimeout: number;
  readonly serverSettings: ReadonlyMap<string, string>;
  readonly statementCacheSize: number;
  readonly int8: Int8Mode;
}

type Environment = Readonly<Record<string, string | undefined>>;

const SSL_MODES: readonly string[] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
const SOCKET_DIRECTORIES = ["/run/postgresql", "/var/run/postgresql", "/tmp", "/private/tmp"];
const DEFAULT_PORT = 5432;
/** Options of a DSN that mean something here; any other one is a setting for the server. */
const CLIENT_OPTIONS = new Set([
  "host",
  "port",
  "user",
  "password",
  "dbname",
  "database",
  "sslmode",
  "sslrootcert",
]);
CLIENT_OPTIONS.add("sslcert").add("sslkey").add("connect_timeout");

export function resolveOptions(
  target: string | ConnectOptions,
  extra: ConnectOptions = {},
  env: Environment = process.env,
): ResolvedOptions {
  const options: ConnectOptions =
    typeof target === "string" ? { ...extra, dsn: target } : { ...target, ...extra };
  const embedded = options.dsn?.startsWith("pglite:") ? options.dsn.slice("pglite:".length) : undefined;
  const dsn: ParsedDsn =
    options.dsn === undefined || embedded !== undefined
      ? { hosts: [], query: new Map() }
      : parseDsn(options.dsn);
  const query = dsn.query;

  const user = options.user ?? dsn.user ?? query.get("user") ?? env.PGUSER ?? userInfo().username;
  const addresses = embedded === undefined ? addressesOf(options, dsn, env) : [];
  const settings = new Map<string, string>();
  for (const [name, value] of query) if (!CLIENT_OPTIONS.has(name)) settings.set(name, value);
  for (const [name, value] of Object.entries(options.serverSettings ?? {})) settings.set(name, value);
  if (env.PGAPPNAME !== undefined && !settings.has("application_name"))
    settings.set("application_name", env.PGAPPNAME);

  const seconds = query.get("connect_timeout") ?? env.PGCONNECT_TIMEOUT;
  const fromDsn = seconds === undefined ? 60_000 : Number(seconds) * 1000 || null;
  return {
    addresses,
    embedded,
    tls: tlsOf(options, query, env),
    user,
    database:
      options.database ??
      dsn.database ??
      query.get("dbname") ??
      query.get("database") ??
      env.PGDATABASE ??
      user,
    password: options.password ?? dsn.password ?? query.get("password") ?? env.PGPASSWORD,
    timeout: options.timeout === undefined ? fromDsn : options.timeout,
    commandTimeout: options.commandTimeout ?? null,
    cancelTimeout: options.cancelTimeout ?? 3000,
    serverSettings: settings,
    statementCacheSize: checkSize(options.statementCacheSize ?? 100),
    int8: options.int8 ?? "bigint",
  };
}

function checkSize(size: number): number {
  if (Number.isInteger(size) && size >= 0) return size;
  throw new InvalidDsn(`statementCacheSize must be a whole number from 0, not ${size}`);
}

function addressesOf(options: ConnectOptions, dsn: ParsedDsn, env: Environment): Address[] {
  let hosts: { host: string; port: number | undefined }[];
  if (options.host !== undefined) hosts = listOf(options.host).map((host) => ({ host, port: undefined }));
  else if (dsn.query.has("host")) hosts = splitHosts(dsn.query.get("host")!);
  else if (dsn.hosts.length > 0) hosts = [...dsn.hosts];
  else if (env.PGHOST) hosts = splitHosts(env.PGHOST);
  else hosts = [];

  const ports =
    options.port === undefined
      ? (dsn.query.get("port") ?? (dsn.hosts.length > 0 ? undefined : env.PGPORT))?.split(",").map(parsePort)
      : listOf(options.port).map((port) => parsePort(String(port)));
  if (ports !== undefined && ports.length > 1 && ports.length !== hosts.length) {
    throw new InvalidDsn(`${ports.length} ports were given for ${hosts.length} hosts`);
  }
  const portOf = (index: number): number =>
    (ports?.length === 1 ? ports[0]! : ports?.[index]) ?? DEFAULT_PORT;
  if (hosts.length === 0) {
    const local = SOCKET_DIRECTORIES.map((folder) => socketPath(folder, portOf(0))).filter((path) =>
      existsSync(path),
    );
    return [...local.map((path) => ({ path })), { host: "localhost", port: portOf(0) }];
  }
  return hosts.map(({ host, port }, index) => {
    const number = port ?? portOf(index);
    if (host.startsWith("/")) return { path: socketPath(host, number) };
    return { host: host === "" ? "localhost" : host, port: number };
  });
}

function splitHosts(text: string): { host: string; port: undefined }[] {
  return text.split(",").map((host) => ({ host, port: undefined }));
}

function socketPath(folder: string, port: number): string {
  return `${folder}/.s.PGSQL.${port}`;
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

function tlsOf(options: ConnectOptions, query: ReadonlyMap<string, string>, env: Environment): TlsOptions {
  const mode = options.sslmode ?? query.get("sslmode") ?? env.PGSSLMODE ?? "prefer";
  if (!SSL_MODES.includes(mode)) throw new InvalidDsn(`sslmode "${mode}" is none of ${SSL_MODES.join(", ")}`);
  return {
    mode: mode as SslMode,
    ...(options.tls === undefined ? {} : { options: options.tls }),
    rootCertificate: query.get("sslrootcert") ?? env.PGSSLROOTCERT,
    certificate: query.get("sslcert") ?? env.PGSSLCERT,
    key: query.get("sslkey") ?? env.PGSSLKEY,
  };
}
