// Very many connections at once: accepted, spoken to and closed by one process, from another.
import { Event } from "corio";
import { describe, expect } from "vitest";
import { runProcess, startServer, startUnixServer, type Connection } from "../../src/index.ts";
import { both, type Dialect } from "../support/dialects.ts";
import { temporaryPath } from "../support/temporary-path.ts";
import { descriptorLimit, patience, sized } from "./support/sizes.ts";
import { leavesAllUntouched } from "./support/untouched.ts";

leavesAllUntouched();

type Steps<T> = Generator<unknown, T, unknown>;

/** Each process needs a descriptor for every connection, and some for itself. */
const count = Math.min(sized(1000, 10_000), descriptorLimit() - 200);

/** Several, each with ports of its own: those of closed connections are not free at once. */
const hosts = Array.from({ length: 8 }, (_, i) => `127.0.0.${i + 1}`);

const program = new URL("fixtures/clients.ts", import.meta.url).pathname;

/** Answers nobody before everybody is there. */
class Crowd {
  readonly #all = new Event();
  #here = 0;

  *handle({ wait }: Dialect, { reader, writer }: Connection): Steps<void> {
    const line = yield* wait(reader.readLine());
    if (++this.#here === count) this.#all.set();
    yield* wait(this.#all.wait());
    yield* wait(writer.write(line));
    expect(yield* wait(reader.read())).toHaveLength(0);
  }
}

function* clients({ wait }: Dialect, ...args: string[]): Steps<unknown> {
  const options = { encoding: "utf8", stderr: "inherit" } as const;
  const command = ["--conditions=@corio/source", program, String(count), ...args];
  const { stdout } = yield* wait(runProcess(process.execPath, command, options));
  return JSON.parse(stdout);
}

describe(`${count.toLocaleString("en")} connections at once`, { timeout: patience }, () => {
  both("over TCP", function* (dialect) {
    const { wait, fn } = dialect;
    const crowd = new Crowd();
    const handler = fn((connection: Connection) => crowd.handle(dialect, connection));
    const server = yield* wait(startServer(handler, { host: hosts, port: 0, backlog: 4096 }));
    const seen = yield* clients(dialect, String(server.port), ...hosts);
    expect(seen).toEqual({ right: count, most: count, left: [] });
    server.close();
    yield* wait(server.waitClosed());
    expect(server.statistics()).toMatchObject({ accepted: count, connections: 0, failed: 0, lost: 0 });
  });

  both("over a Unix socket", function* (dialect) {
    const { wait, fn } = dialect;
    const crowd = new Crowd();
    const handler = fn((connection: Connection) => crowd.handle(dialect, connection));
    const path = temporaryPath("crowd");
    const server = yield* wait(startUnixServer(handler, path, { backlog: 4096 }));
    expect(yield* clients(dialect, path)).toEqual({ right: count, most: count, left: [] });
    server.close();
    yield* wait(server.waitClosed());
    expect(server.statistics()).toMatchObject({ accepted: count, connections: 0, failed: 0, lost: 0 });
  });
});
