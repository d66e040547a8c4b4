// The chat as its users have it: a process of its own, and clients of bare node:net.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as net from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const cli = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

let server: ChildProcess;
let port = 0;
let said = "";
const sockets: net.Socket[] = [];

beforeEach(async () => {
  server = spawn(process.execPath, ["--conditions=@corio/source", cli, "0"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  said = "";
  for (const stream of [server.stdout!, server.stderr!]) stream.on("data", (data) => (said += String(data)));
  while (!/on port (\d+)\n/.test(said)) await once(server.stdout!, "data");
  port = Number(/on port (\d+)\n/.exec(said)![1]);
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill("SIGKILL");
  await once(server, "close");
});

/** A member's terminal. */
class Terminal {
  readonly socket: net.Socket;
  #text = "";
  #ended = false;
  #waiting: (() => void)[] = [];

  constructor() {
    this.socket = net.connect({ port, host: "127.0.0.1" });
    sockets.push(this.socket);
    this.socket.on("data", (data) => {
      this.#text += String(data);
      this.#look();
    });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.#ended = true;
      this.#look();
    });
  }

  static async named(nick: string): Promise<Terminal> {
    const terminal = new Terminal();
    terminal.say(nick);
    await terminal.sees(`* ${nick} is here\n`);
    return terminal;
  }

  say(line: string): void {
    this.socket.write(`${line}\n`);
  }

  /** Waits until the text has come; what stands before it is given, and forgotten with it. */
  async sees(text: string): Promise<string> {
    for (;;) {
      const at = this.#text.indexOf(text);
      if (at !== -1) {
        const before = this.#text.slice(0, at);
        this.#text = this.#text.slice(at + text.length);
        return before;
      }
      if (this.#ended) throw new Error(`ended without "${text}", after "${this.#text}"`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async end(): Promise<string> {
    while (!this.#ended) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#text;
  }

  #look(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

test("members of a room hear each other, and nobody else", async () => {
  const anna = await Terminal.named("anna");
  const ben = await Terminal.named("ben");
  await anna.sees("* ben is here\n");
  anna.say("hello");
  await ben.sees("anna: hello\n");
  ben.say("/join kitchen");
  await anna.sees("* ben goes to kitchen\n");
  await ben.sees("* ben is here\n");
  anna.say("is anybody there?");
  anna.say("/who");
  await anna.sees("* here: anna\n");
  ben.say("/who");
  // Nothing came between.
  expect(await ben.sees("* here: ben\n")).toBe("");
  const cora = await Terminal.named("cora");
  await anna.sees("* cora is here\n");
  cora.say("/quit");
  await anna.sees("* cora has left\n");
  expect(await cora.end()).toBe("");
});

test("a name is had once, and is a name", async () => {
  const anna = await Terminal.named("anna");
  const other = new Terminal();
  await other.sees("* who are you?\n");
  other.say("anna");
  await other.sees("* anna is here already\n");
  other.say("not a name");
  await other.sees("* letters and digits, twenty at most\n");
  other.say("ben");
  await anna.sees("* ben is here\n");
  other.say("/dance");
  await other.sees("* /join ROOM, /who, /quit\n");
  other.socket.resetAndDestroy();
  await anna.sees("* ben has left\n");
  const again = await Terminal.named("ben");
  again.say("back");
  await anna.sees("ben: back\n");
  expect(said).not.toContain("failed");
});

test("a line that is too long ends its connection", async () => {
  const anna = await Terminal.named("anna");
  const ben = await Terminal.named("ben");
  ben.say("x".repeat(5000));
  await anna.sees("* ben has left\n");
  expect(said).not.toContain("failed");
});

test("one who does not read holds up nobody, and is shown out", { timeout: 60_000 }, async () => {
  const anna = await Terminal.named("anna");
  const deaf = await Terminal.named("deaf");
  await anna.sees("* deaf is here\n");
  deaf.socket.pause();
  const ben = await Terminal.named("ben");
  // More than the system's buffers and the high-water mark together.
  let gone = false;
  const shownOut = anna.sees("* deaf has left\n").then(() => (gone = true));
  while (!gone) {
    for (let i = 0; i < 1000; i++) ben.say("x".repeat(1000));
    ben.say("/who");
    await ben.sees("* here: anna,");
  }
  await shownOut;
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s says good-bye to everybody", async (signal, code) => {
  const anna = await Terminal.named("anna");
  const nobody = new Terminal();
  await nobody.sees("* who are you?\n");
  server.kill(signal);
  await anna.sees("* the chat is over\n");
  await anna.end();
  await nobody.end();
  const [exitCode] = (await once(server, "close")) as [number | null];
  expect(exitCode).toBe(code);
  expect(said).toBe(`The chat is on port ${port}\nEverybody has gone\n`);
});

test("what is no port gets the usage, and exit code 2", () => {
  for (const args of [["x"], ["-1"], ["70000"]]) {
    const { status, stderr } = spawnSync(process.execPath, ["--conditions=@corio/source", cli, ...args]);
    expect(status).toBe(2);
    expect(String(stderr)).toMatch(/^usage: cli\.ts .*\n$/);
  }
});
