import type { ChildProcess } from "node:child_process";
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
  /** Postmaster's process. */
  readonly processId: number;
}
export declare class TestServer {
  #private;
  readonly info: ServerInfo;
  constructor(info: ServerInfo, folder: string, process: ChildProcess);
  /** Stops the server at once and deletes its folder. May be called again. */
  stop(): Promise<void>;
  /** For the `exit` event of the process, where nothing can be waited for. */
  stopSync(): void;
}
/** Makes a database cluster in a temporary folder and starts a server on it. */
export declare function startServer(): Promise<TestServer>;
