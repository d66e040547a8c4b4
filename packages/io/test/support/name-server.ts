// A name server on 127.0.0.1 that answers what a test says (RFC 1035), and counts what it is asked.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv4 } from "node:net";
import { call, currentScope, fromPromise, type Awaitable, type Coroutine } from "corio";

export interface Zone {
  readonly addresses?: readonly string[];
  /** Seconds. */
  readonly ttl?: number;
  /** 2: the server fails, 3: there is no such name. */
  readonly rcode?: number;
  /** For these kinds it does not answer. */
  readonly silent?: readonly ("A" | "AAAA")[];
  readonly rcodes?: Partial<Record<"A" | "AAAA", number>>;
}

export interface NameServer {
  readonly address: string;
  readonly zones: Map<string, Zone>;
  /** "A name", in order. */
  readonly asked: string[];
}

export function nameServer(zones: Readonly<Record<string, Zone>>): Awaitable<NameServer> {
  return call(start, zones);
}

function* start(zones: Readonly<Record<string, Zone>>): Coroutine<NameServer> {
  const table = new Map(Object.entries(zones));
  const asked: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const { name, kind, end } = question(query);
    asked.push(`${kind} ${name}`);
    const zone = table.get(name) ?? { rcode: 3 };
    if (zone.silent?.includes(kind) === true) return;
    socket.send(answer(query.subarray(0, end), kind, zone), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  yield* fromPromise(once(socket, "listening"));
  currentScope().defer(() => fromPromise(new Promise<void>((resolve) => socket.close(resolve))));
  return { address: `127.0.0.1:${socket.address().port}`, zones: table, asked };
}

function question(query: Buffer): { name: string; kind: "A" | "AAAA"; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return {
    name: labels.join(".").toLowerCase(),
    kind: query.readUInt16BE(at + 1) === 28 ? "AAAA" : "A",
    end: at + 5,
  };
}

function answer(asked: Buffer, kind: "A" | "AAAA", zone: Zone): Buffer {
  const rcode = zone.rcodes?.[kind] ?? zone.rcode ?? 0;
  const fitting =
    rcode === 0 ? (zone.addresses ?? []).filter((address) => isIPv4(address) === (kind === "A")) : [];
  const head = Buffer.from(asked);
  head.writeUInt16BE(0x8180 | rcode, 2);
  head.writeUInt16BE(fitting.length, 6);
  head.writeUInt16BE(0, 8);
  head.writeUInt16BE(0, 10);
  const records = fitting.map((address) => {
    const data = bytesOf(address);
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(kind === "A" ? 1 : 28, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(zone.ttl ?? 300, 6);
    record.writeUInt16BE(data.length, 10);
    return Buffer.concat([record, data]);
  });
  return Buffer.concat([head, ...records]);
}

/** Of an IPv6 address only its full form, or `::` and one group. */
function bytesOf(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  const groups = address.startsWith("::")
    ? [...new Array<string>(7).fill("0"), address.slice(2)]
    : address.split(":");
  const bytes = Buffer.alloc(16);
  groups.forEach((group, i) => bytes.writeUInt16BE(Number.parseInt(group, 16), i * 2));
  return bytes;
}
