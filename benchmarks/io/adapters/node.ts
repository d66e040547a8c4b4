// Bare Node: node:net, node:tls and node:child_process, by callbacks, as fast as one would write it by hand.
import { spawn } from "node:child_process";
import * as net from "node:net";
import * as tls from "node:tls";
import { children, connections, handshakes, mebi, piece } from "../benches.ts";
import {
  authority,
  host,
  identity,
  mediumMessage,
  servername,
  share,
  smallMessage,
  streamPiece,
  type Adapter,
  type Timer,
} from "./adapter.ts";

function listen(server: net.Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, host, () => resolve((server.address() as net.AddressInfo).port)),
  );
}

function echo(socket: net.Socket): void {
  socket.on("data", (data) => {
    if (!socket.write(data)) socket.pause();
  });
  socket.on("drain", () => socket.resume());
}

function connect(port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host, noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => resolve(socket));
  });
}

/** Sends a message and waits for all of it, so many times; gives the bytes. */
function pingPong(socket: net.Socket, message: Buffer, times: number): Promise<number> {
  return new Promise((resolve) => {
    let received = 0;
    let missing = message.length;
    let left = times;
    socket.on("data", (data) => {
      received += data.length;
      missing -= data.length;
      if (missing > 0) return;
      if (--left === 0) {
        resolve(received);
        return;
      }
      missing = message.length;
      socket.write(message);
    });
    socket.write(message);
  });
}

/** Writes so many bytes, and waits until as many have come back. */
function stream(socket: net.Socket, bytes: number): Promise<number> {
  return new Promise((resolve) => {
    let received = 0;
    let left = bytes;
    const write = (): void => {
      while (left > 0) {
        left -= piece;
        if (!socket.write(streamPiece)) return;
      }
    };
    socket.on("drain", write);
    socket.on("data", (data) => {
      received += data.length;
      if (received === bytes) resolve(received);
    });
    write();
  });
}

/** As many at once as `width`, `n` in all. */
function atOnce(n: number, width: number, one: (done: (good: boolean) => void) => void): Promise<number> {
  return new Promise((resolve) => {
    let begun = 0;
    let ended = 0;
    let right = 0;
    const begin = (): void => {
      if (begun === n) return;
      begun++;
      one((good) => {
        if (good) right++;
        if (++ended === n) resolve(right);
        else begin();
      });
    };
    for (let i = 0; i < width; i++) begin();
  });
}

function spawnTrue(done: (good: boolean) => void): void {
  spawn("true", { stdio: "ignore" }).on("exit", (code) => done(code === 0));
}

/**
 * To start a child the system copies the page tables of its parent, so a larger program takes longer over it, whoever starts the child. Here it
 * is the same program as the others: with these modules in memory, though it does not use them.
 */
const sameProgram = (): Promise<unknown> => import("@corio/io");

async function timed(timer: Timer, work: Promise<number>): Promise<number> {
  const result = await work;
  timer.stop();
  return result;
}

const node: Adapter = {
  servers: {
    echo: () => listen(net.createServer({ noDelay: true }, echo)),
    tls: () => listen(tls.createServer({ ...identity(), noDelay: true }, (socket) => void socket.end("k"))),
  },
  clients: {
    async pingpong(n, port, timer) {
      const socket = await connect(port);
      timer.start();
      const received = await timed(timer, pingPong(socket, smallMessage, n));
      socket.destroy();
      return received;
    },

    async many(n, port, timer) {
      const sockets = await Promise.all(Array.from({ length: connections }, () => connect(port)));
      timer.start();
      const all = sockets.map((socket) => pingPong(socket, mediumMessage, share(n)));
      const received = await timed(
        timer,
        Promise.all(all).then((each) => each.reduce((sum, bytes) => sum + bytes, 0)),
      );
      for (const socket of sockets) socket.destroy();
      return received;
    },

    async stream(n, port, timer) {
      const socket = await connect(port);
      timer.start();
      const received = await timed(timer, stream(socket, n * mebi));
      socket.destroy();
      return received;
    },

    handshakes(n, port) {
      const secureContext = tls.createSecureContext({ ca: authority() });
      return atOnce(n, handshakes, (done) => {
        let answer = "";
        const socket = tls.connect({ port, host, servername, secureContext });
        socket.setNoDelay();
        socket.on("data", (data) => (answer += data.toString()));
        socket.on("close", () => done(answer === "k"));
      });
    },

    async spawn(n) {
      await sameProgram();
      return atOnce(n, 1, spawnTrue);
    },

    async spawn20(n) {
      await sameProgram();
      return atOnce(n, children, spawnTrue);
    },
  },
};

export default node;
