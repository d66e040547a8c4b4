// The benchmarks: what each one does, how often, and the value that it must give, so that nobody wins by skipping work.

/** What the server of a benchmark does; null where the client works alone. */
export type ServerKind = "echo" | "tls" | null;

export interface Bench {
  readonly name: string;
  /** What it does, as the tables say it. */
  readonly label: string;
  /** One operation, in the plural. */
  readonly unit: string;
  readonly server: ServerKind;
  /** Operations in one timed call. */
  readonly n: number;
  readonly quick: number;
  /** The value of a call of `n`. */
  readonly check: (n: number) => number;
}

/** Bytes of a message, and of a piece of the stream. */
export const small = 64;
export const medium = 1024;
export const piece = 64 * 1024;
/** Connections at once. */
export const connections = 64;
/** Handshakes, and children, at once. */
export const handshakes = 8;
export const children = 20;

export const mebi: number = 1024 * 1024;

const same = (n: number): number => n;

export const benches: readonly Bench[] = [
  {
    name: "pingpong",
    label: "echo, 1 connection, 64 B",
    unit: "round trips",
    server: "echo",
    n: 30_000,
    quick: 3000,
    check: (n) => n * small,
  },
  {
    name: "many",
    label: "echo, 64 connections, 1 KiB",
    unit: "round trips",
    server: "echo",
    n: 96_000,
    quick: 6400,
    check: (n) => n * medium,
  },
  {
    name: "stream",
    label: "echo, one stream",
    unit: "MiB there and back",
    server: "echo",
    n: 1024,
    quick: 64,
    check: (n) => n * mebi,
  },
  {
    name: "handshakes",
    label: "TLS handshakes, 8 at once",
    unit: "handshakes",
    server: "tls",
    n: 800,
    quick: 80,
    check: same,
  },
  {
    name: "spawn",
    label: "spawn `true`, one by one",
    unit: "children",
    server: null,
    n: 500,
    quick: 50,
    check: same,
  },
  {
    name: "spawn20",
    label: "spawn `true`, 20 at once",
    unit: "children",
    server: null,
    n: 500,
    quick: 60,
    check: same,
  },
];

export function benchNamed(name: string): Bench {
  const bench = benches.find((each) => each.name === name);
  if (bench === undefined) {
    throw new Error(`no benchmark ${name}; there are ${benches.map((each) => each.name).join(", ")}`);
  }
  return bench;
}
