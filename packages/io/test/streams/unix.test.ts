// Unix sockets: servers and connections by path, and what can be wrong with a path.
import { existsSync, writeFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { fromPromise, run } from "corio";
import { describe, expect, test } from "vitest";
import {
  AddressInUseError,
  ConnectError,
  ConnectionRefusedError,
  openUnixConnection,
  SocketPathError,
  startUnixServer,
  withConnection,
  withServer,
  type Connection,
  type Server,
} from "../../src/index.ts";
import { both, caught, type Dialect } from "../support/dialects.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { temporaryPath } from "../support/temporary-path.ts";

leavesNothingOpen();

function echoLine({ wait, fn }: Dialect): (connection: Connection) => unknown {
  return fn(function* ({ reader, writer }: Connection) {
    yield* wait(writer.write(yield* wait(reader.readLine())));
  });
}

describe("a Unix server", () => {
  both(
    "serves (test_streams StreamTests.test_start_unix_server) (test_streams StreamTests.test_open_unix_connection)",
    function* (dialect) {
      const { wait } = dialect;
      const path = temporaryPath("socket");
      const server = yield* wait(startUnixServer(echoLine(dialect), path));
      expect(server.addresses).toEqual([{ path }]);
      expect(server.port).toBe(0);
      const connection = yield* wait(openUnixConnection(path));
      expect(connection.remoteAddress).toEqual({ path });
      expect(connection.localAddress).toBe(null);
      yield* wait(connection.writer.write("hello world!\n"));
      expect(String(yield* wait(connection.reader.read()))).toBe("hello world!\n");
      yield* wait(connection.close());
      server.close();
      yield* wait(server.waitClosed());
    },
  );

  both(
    "removes its socket file (test_server UnixServerCleanupTests.test_unix_server_addr_cleanup)",
    function* (dialect) {
      const { wait } = dialect;
      const path = temporaryPath("socket");
      const server = yield* wait(startUnixServer(echoLine(dialect), path));
      expect(existsSync(path)).toBe(true);
      server.close();
      expect(existsSync(path)).toBe(false);
    },
  );

  both("and withServer and withConnection take a path", function* (dialect) {
    const { wait, fn } = dialect;
    const path = temporaryPath("socket");
    const line = yield* wait(
      withServer(
        echoLine(dialect),
        { path },
        fn(function* (_server: Server) {
          return yield* wait(
            withConnection(
              { path },
              fn(function* ({ reader, writer }: Connection) {
                yield* wait(writer.write("hello\n"));
                return String(yield* wait(reader.readLine()));
              }),
            ),
          );
        }),
      ),
    );
    expect(line).toBe("hello\n");
    expect(existsSync(path)).toBe(false);
  });

  both("on a path that is in use is an AddressInUseError, be it stale", function* (dialect) {
    const { wait } = dialect;
    const path = temporaryPath("socket");
    yield* wait(startUnixServer(echoLine(dialect), path));
    const error = yield* caught(wait(startUnixServer(echoLine(dialect), path)));
    expect(error).toBeInstanceOf(AddressInUseError);
    expect(error).toMatchObject({ code: "EADDRINUSE", address: path });
    // One that lives is not replaced.
    expect(
      yield* caught(wait(startUnixServer(echoLine(dialect), path, { replaceStale: true }))),
    ).toBeInstanceOf(AddressInUseError);

    const stale = temporaryPath("stale");
    yield* wait(fromPromise(leaveStale(stale)));
    expect(existsSync(stale)).toBe(true);
    expect(yield* caught(wait(openUnixConnection(stale)))).toBeInstanceOf(ConnectionRefusedError);
    expect(yield* caught(wait(startUnixServer(echoLine(dialect), stale)))).toBeInstanceOf(AddressInUseError);
    yield* wait(startUnixServer(echoLine(dialect), stale, { replaceStale: true }));
    const { reader, writer } = yield* wait(openUnixConnection(stale));
    yield* wait(writer.write("hello\n"));
    expect(String(yield* wait(reader.readLine()))).toBe("hello\n");
  });

  both("does not replace a file that is no socket", function* (dialect) {
    const { wait } = dialect;
    const path = temporaryPath("file");
    writeFileSync(path, "precious");
    const error = yield* caught(wait(startUnixServer(echoLine(dialect), path, { replaceStale: true })));
    expect(error).toBeInstanceOf(ConnectError);
    expect(existsSync(path)).toBe(true);
  });
});

/** A process binds a socket and is killed. */
async function leaveStale(path: string): Promise<void> {
  const program = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  await new Promise<void>((resolve) => execFile(process.execPath, ["-e", program], () => resolve()));
}

// Only Linux has them.
describe.runIf(process.platform === "linux")("an abstract name", () => {
  both("is listened on and connected to; it leaves no file that could be stale", function* (dialect) {
    const { wait } = dialect;
    const name = `\0${temporaryPath("abstract")}`;
    const server = yield* wait(startUnixServer(echoLine(dialect), name));
    for (const options of [{}, { replaceStale: true }]) {
      const error = yield* caught(wait(startUnixServer(echoLine(dialect), name, options)));
      expect(error).toBeInstanceOf(AddressInUseError);
      expect((error as Error).message).toBe(
        `Cannot listen on @${name.slice(1)}: the address is in use (EADDRINUSE)`,
      );
    }
    const { reader, writer } = yield* wait(openUnixConnection(name));
    yield* wait(writer.write("hello\n"));
    expect(String(yield* wait(reader.readLine()))).toBe("hello\n");
    server.close();
    expect(yield* caught(wait(openUnixConnection(name)))).toBeInstanceOf(ConnectionRefusedError);
  });
});

describe("a path", () => {
  both("in a folder that is not there", function* ({ wait }) {
    const folder = temporaryPath("folder");
    const error = yield* caught(wait(startUnixServer(() => {}, `${folder}/socket`)));
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ code: "ENOENT", address: `${folder}/socket` });
    expect((error as Error).message).toContain(`there is no folder ${folder} (ENOENT)`);
  });

  const long = `/tmp/${"x".repeat(103)}`;

  both("that is too long is refused before anything is done", function* ({ wait }) {
    const wrong = yield* caught(wait(openUnixConnection(long)));
    expect(wrong).toBeInstanceOf(SocketPathError);
    expect(wrong).toMatchObject({ code: "ERR_SOCKET_PATH", path: long });
    expect((wrong as Error).message).toContain("takes at most 107 bytes here, and this one has 108");
    expect(yield* caught(wait(startUnixServer(() => {}, long)))).toBeInstanceOf(SocketPathError);
    // Bytes count, not characters.
    expect(yield* caught(wait(openUnixConnection(`/tmp/${"é".repeat(52)}`)))).toBeInstanceOf(SocketPathError);
    for (const bad of ["", "/tmp/a\0b", undefined as never])
      expect(yield* caught(wait(openUnixConnection(bad)))).toBeInstanceOf(SocketPathError);
  });

  test.runIf(process.platform === "linux")("of 107 bytes is taken", async () => {
    const path = temporaryPath("");
    const longest = path + "x".repeat(107 - Buffer.byteLength(path));
    await run(async () => {
      await startUnixServer(async ({ writer }) => writer.write("here"), longest);
      const { reader } = await openUnixConnection(longest);
      expect(String(await reader.read())).toBe("here");
    });
  });

  both("where nothing is: ConnectionRefusedError", function* ({ wait }) {
    const error = yield* caught(wait(openUnixConnection(temporaryPath("nobody"))));
    expect(error).toBeInstanceOf(ConnectionRefusedError);
    expect(error).toMatchObject({ code: "ENOENT" });
  });
});
