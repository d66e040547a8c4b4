import net from "node:net";
import { describe, expect, test } from "vitest";
import {
  Event,
  Future,
  cancelScope,
  fromPromise,
  moveOnAfter,
  run,
  sleep,
  sleepForever,
  taskGroup,
} from "corio";
import { Application, Session, runApp, startServer, withServer, withSession } from "@corio/http";
import { rawConnect } from "../support/raw-client.ts";
import { until } from "../support/plain-server.ts";

const LOCAL = { port: 0, host: "127.0.0.1" };

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

describe("shutting down", () => {
  test("finishes the requests under way, and takes no new connection", async () => {
    const go = new Event();
    const app = new Application().get("/", async () => {
      await go.wait();
      return "finished";
    });
    await run(() =>
      withSession({}, (session) =>
        taskGroup(async (group) => {
          let port = 0;
          let answer: unknown;
          await withServer(app, LOCAL, async (server) => {
            port = server.port;
            group.spawn(async () => {
              const response = await session.get(server.url);
              answer = [await response.text(), response.headers.get("connection")];
            });
            await until(() => server.statistics().active === 1);
            group.spawn(async () => {
              // From here on the body has ended, and the server waits.
              while (await connects(port)) await sleep(1);
              go.set();
            });
          });
          await until(() => answer !== undefined);
          expect(answer).toEqual(["finished", "close"]);
        }),
      ),
    );
  });

  test("cancels what is not finished within the grace, and waits for its clean-up", async () => {
    const order: string[] = [];
    const app = new Application().post("/", function* () {
      try {
        yield* sleepForever();
      } finally {
        yield* sleep(5);
        order.push("handler ended");
      }
    });
    await run(() =>
      withSession({}, (session) =>
        taskGroup(async (group) => {
          await withServer(app, { ...LOCAL, grace: 20 }, async (server) => {
            group.spawn(async () => {
              await expect(session.post(server.url)).rejects.toThrow();
            });
            await until(() => server.statistics().active === 1);
          });
          order.push("server closed");
        }),
      ),
    );
    expect(order).toEqual(["handler ended", "server closed"]);
  });

  test("closes idle connections at once", async () => {
    await run(() =>
      withServer(
        new Application().get("/", () => "x"),
        LOCAL,
        async (server) => {
          const { socket, closed } = await rawConnect(server.port);
          socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
          const silent = await rawConnect(server.port);
          await until(() => server.statistics().connections === 2);
          await server.close();
          await closed;
          await silent.closed;
          expect(server.statistics()).toEqual({ connections: 0, active: 0 });
          await server.close();
        },
      ),
    );
  });

  test("happens when the scope that started the server closes, also by cancellation", async () => {
    const app = new Application().get("/", () => "x");
    await run(function* () {
      let port = 0;
      yield* cancelScope(function* (scope) {
        const server = yield* startServer(app, LOCAL);
        ({ port } = server);
        const session = scope.use(new Session());
        expect(yield* (yield* session.get(server.url)).text()).toBe("x");
        scope.cancel();
        yield* sleepForever();
      });
      expect(yield* fromPromise(connects(port))).toBe(false);
    });
  });

  test("lets requests finish although the scope was cancelled", async () => {
    const go = new Event();
    const app = new Application().get("/", async () => {
      await go.wait();
      return "finished";
    });
    await run(() =>
      withSession({}, (session) =>
        taskGroup(async (group) => {
          const text = new Future<string>();
          await moveOnAfter(100, async (scope) => {
            const server = await startServer(app, LOCAL);
            group.spawn(async () => {
              text.setResult(await (await session.get(server.url)).text());
            });
            await until(() => server.statistics().active === 1);
            scope.cancel();
            go.set();
            await sleepForever();
          });
          expect(await text.wait()).toBe("finished");
        }),
      ),
    );
  });
});

test("runApp() serves until it is cancelled, and says where", async () => {
  const app = new Application().get("/", () => "x");
  await run(() =>
    taskGroup(async (group) => {
      const where = new Future<string>();
      const task = group.spawn(() => runApp(app, { ...LOCAL, print: (line) => where.setResult(line) }));
      const url = (await where.wait()).replace("Running on ", "");
      await withSession({}, async (session) => {
        expect(await (await session.get(url)).text()).toBe("x");
      });
      task.cancel();
    }),
  );
});

test("a port that is taken is an error of startServer(), and nothing is left behind", async () => {
  await run(() =>
    withServer(new Application(), LOCAL, async (server) => {
      await expect(startServer(new Application(), { ...LOCAL, port: server.port })).rejects.toMatchObject({
        code: "EADDRINUSE",
      });
    }),
  );
});

test("a Unix socket serves, and a session reaches it", async () => {
  const path = `${process.env["TMPDIR"] ?? "/tmp"}/corio-http-${process.pid}.sock`;
  const app = new Application().get("/", (request) => request.headers.get("host"));
  await run(() =>
    withServer(app, { path }, () =>
      withSession({ socketPath: path }, async (session) => {
        expect(await (await session.get("http://some.host/")).text()).toBe("some.host");
      }),
    ),
  );
});

test("a run that ends with its server still open shuts it down, and ends", async () => {
  await expect(
    run(function* () {
      yield* startServer(new Application(), { port: 0, host: "127.0.0.1" });
      throw new RangeError("the program failed");
    }),
  ).rejects.toThrow("the program failed");
  await run(async () => {
    await startServer(new Application(), { port: 0, host: "127.0.0.1" });
  });
});
