// The proxy as its users have it: a process of its own, between bare sockets of node:net.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as net from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const cli = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

let target: net.Server;
let proxy: ChildProcess;
let port = 0;
let said = "";
let arrived: net.Socket[] = [];
let waiting: ((socket: net.Socket) => void)[] = [];
const sockets: net.Socket[] = [];

beforeEach(async () => {
  arrived = [];
  waiting = [];
  target = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    const next = waiting.shift();
    if (next === undefined) arrived.push(socket);
    else next(socket);
  });
  target.listen(0, "127.0.0.1");
  await once(target, "listening");
  await start((target.address() as net.AddressInfo).port);
});

async function start(targetPort: number): Promise<void> {
  const args = ["--conditions=@corio/source", cli, "0", "127.0.0.1", String(targetPort)];
  proxy = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  said = "";
  for (const stream of [proxy.stdout!, proxy.stderr!]) stream.on("data", (data) => (said += String(data)));
  while (!/Port (\d+) leads/.test(said)) await once(proxy.stdout!, "data");
  port = Number(/Port (\d+) leads/.exec(said)![1]);
}

async function stop(): Promise<void> {
  if (proxy.exitCode !== null || proxy.signalCode !== null) return;
  proxy.kill("SIGKILL");
  await once(proxy, "close");
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await stop();
  if (!target.listening) return;
  target.close();
  await once(target, "close");
});

async function connect(): Promise<[client: net.Socket, upstream: net.Socket]> {
  const client = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  sockets.push(client);
  const upstream = arrived.shift() ?? (await new Promise<net.Socket>((resolve) => waiting.push(resolve)));
  return [client, upstream];
}

function readAll(socket: net.Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.once("end", () => resolve(Buffer.concat(chunks)));
    socket.once("error", reject);
  });
}

test("an end is passed on, and the other direction goes on", async () => {
  const [client, upstream] = await connect();
  const request = readAll(upstream);
  const answer = readAll(client);
  client.end("the whole request");
  expect(String(await request)).toBe("the whole request");
  upstream.write("the answer, ");
  upstream.end("in two parts");
  expect(String(await answer)).toBe("the answer, in two parts");
});

test("the target may end first", async () => {
  const [client, upstream] = await connect();
  const greeting = readAll(client);
  const request = readAll(upstream);
  upstream.end("greeting");
  expect(String(await greeting)).toBe("greeting");
  client.end("thanks");
  expect(String(await request)).toBe("thanks");
});

test("much, both ways at once, arrives as it was", async () => {
  const [client, upstream] = await connect();
  const there = Buffer.from(Array.from({ length: 5_000_011 }, (_, i) => (i * 7) & 255));
  const back = Buffer.from(Array.from({ length: 7_000_003 }, (_, i) => (i * 13) & 255));
  const request = readAll(upstream);
  const answer = readAll(client);
  client.end(there);
  upstream.end(back);
  expect((await request).equals(there)).toBe(true);
  expect((await answer).equals(back)).toBe(true);
});

test("a reset is passed on, either way", async () => {
  const [client, upstream] = await connect();
  const answer = readAll(client);
  upstream.write("half an ans");
  await once(client, "data");
  upstream.resetAndDestroy();
  await expect(answer).rejects.toMatchObject({ code: "ECONNRESET" });

  const [secondClient, secondUpstream] = await connect();
  const request = readAll(secondUpstream);
  secondClient.on("error", () => {});
  secondClient.write("half a requ");
  await once(secondUpstream, "data");
  secondClient.resetAndDestroy();
  await expect(request).rejects.toMatchObject({ code: "ECONNRESET" });
});

test("a target that is not there resets the client, and one line says why", async () => {
  target.close();
  await once(target, "close");
  const client = net.connect({ port, host: "127.0.0.1" });
  sockets.push(client);
  await expect(readAll(client)).rejects.toMatchObject({ code: "ECONNRESET" });
  while (!said.includes("nothing listens there")) await once(proxy.stderr!, "data");
});

test("Ctrl-C ends it, connections and all", async () => {
  const [client] = await connect();
  const answer = readAll(client);
  proxy.kill("SIGINT");
  await expect(answer).rejects.toMatchObject({ code: "ECONNRESET" });
  const [code] = (await once(proxy, "close")) as [number | null];
  expect(code).toBe(130);
});

test("what is no port gets the usage, and exit code 2", () => {
  for (const args of [[], ["x", "localhost", "80"], ["0", "localhost", "70000"]]) {
    const { status, stderr } = spawnSync(process.execPath, ["--conditions=@corio/source", cli, ...args]);
    expect(status).toBe(2);
    expect(String(stderr)).toMatch(/^usage: cli\.ts .*\n$/);
  }
});
