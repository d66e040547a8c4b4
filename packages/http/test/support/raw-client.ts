// A client that sends bytes as they are given and collects what comes back.

import net from "node:net";
import type { Socket } from "node:net";

export interface RawOptions {
  /** One byte per packet. */
  readonly slowly?: boolean;
}

/** Sends the bytes and gives everything that came until the server closed. */
export async function rawExchange(
  port: number,
  bytes: string | Buffer,
  options: RawOptions = {},
): Promise<string> {
  const { socket, received, closed } = await rawConnect(port);
  const data = Buffer.from(bytes as string, "latin1");
  if (options.slowly === true) {
    for (const byte of data) {
      if (socket.destroyed) break;
      await new Promise((resolve) => socket.write(Buffer.from([byte]), resolve));
    }
  } else socket.write(data);
  await closed;
  return received();
}

export interface RawConnection {
  readonly socket: Socket;
  readonly received: () => string;
  readonly closed: Promise<void>;
}

export function rawConnect(port: number): Promise<RawConnection> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = net.connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    const closed = new Promise<void>((done) => socket.on("close", () => done()));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", (error) => reject(error));
    socket.on("connect", () =>
      resolve({ socket, closed, received: () => Buffer.concat(chunks).toString("latin1") }),
    );
  });
}

/** The status codes of all responses in a text, in order. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 ([0-9]{3}) /g)].map((match) => Number(match[1]));
}
