// What can be set on a simulated network: how its links behave, and for how long it waits.

/** The way that a packet takes, for a latency that is a function. */
export interface Transit {
  /** Names of hosts. */
  readonly from: string;
  readonly to: string;
  /** Of the packet; 0 for one that only opens, closes or acknowledges. */
  readonly bytes: number;
  /** Loop time. */
  readonly now: number;
  /** A number in [0, 1), of the run's seed. */
  readonly random: () => number;
}

/** Milliseconds that a packet takes in one direction: always so many, evenly between two numbers, or as a function says. */
export type Latency = number | readonly [least: number, most: number] | ((transit: Transit) => number);

/**
 * How what is written is cut into the chunks that the reader gets.
 * - `"writes"`: as it was written, one chunk for each write.
 * - `"random"`: cut and merged anywhere, by the seed: what a protocol must bear.
 * - a number: into pieces of at most so many bytes; `1` shows every boundary there is.
 */
export type Chunking = "writes" | "random" | number;

/** How bytes travel between two hosts. */
export interface LinkOptions {
  /** Milliseconds in one direction. Default 1. Packets of one connection never overtake each other. */
  readonly latency?: Latency | undefined;
  /** Milliseconds, at most, that are added by chance. Default 0. */
  readonly jitter?: number | undefined;
  /** Bytes a second, shared by all that goes this way. Default Infinity. */
  readonly bandwidth?: number | undefined;
  /** How likely it is that a packet is lost: TCP sends it again, 200 ms later, then 400 ms ... Default 0. */
  readonly loss?: number | undefined;
  readonly chunking?: Chunking | undefined;
  /** Bytes that may be under way or unread before a writer has to wait. Default 65,536. */
  readonly window?: number | undefined;
  /** Bytes, both directions together, after which a connection that begins now breaks. Default Infinity: it does not. */
  readonly cutAfter?: number | undefined;
}

/** What may be said of a simulated network; of its links, the default for all. */
export interface SimulatedNetworkOptions extends LinkOptions {
  /** Of the network's own random numbers. Default: the run's seed. */
  readonly seed?: number | undefined;
  /** Milliseconds after which a connect without an answer is ETIMEDOUT. Default 127,000, as on Linux. */
  readonly connectTimeout?: number | undefined;
  /** Milliseconds after which a connection whose packets do not get through is ETIMEDOUT. Default 924,600, as on Linux. */
  readonly retransmissionTimeout?: number | undefined;
  /** Milliseconds that looking up a name takes. Default 1. */
  readonly lookupDelay?: number | undefined;
  /** How many events are remembered; the oldest are forgotten. Default 100,000. */
  readonly eventLimit?: number | undefined;
}

/** All of the options, and none of them undefined. */
export type Settled<T> = { [K in keyof T]-?: Exclude<T[K], undefined> };

/** Options without those that are undefined: these stand for the defaults, as if they had not been said. */
export function said<T extends object>(options: T): Partial<Settled<T>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<
    Settled<T>
  >;
}

export const linkDefaults: Settled<LinkOptions> = {
  latency: 1,
  jitter: 0,
  bandwidth: Infinity,
  loss: 0,
  chunking: "writes",
  window: 65_536,
  cutAfter: Infinity,
};

export const networkDefaults: Settled<Omit<SimulatedNetworkOptions, keyof LinkOptions | "seed">> = {
  connectTimeout: 127_000,
  retransmissionTimeout: 924_600,
  lookupDelay: 1,
  eventLimit: 100_000,
};

function check(name: string, value: unknown, fits: (value: number) => boolean, what: string): void {
  if (typeof value === "number" && fits(value)) return;
  throw new RangeError(`Cannot set the ${name} of a simulated network to ${String(value)}: it is ${what}`);
}

const isDelay = (value: number): boolean => value >= 0 && value < Infinity;

export function checkLatency(latency: unknown): void {
  if (typeof latency === "function") return;
  const range = Array.isArray(latency) ? latency : [latency, latency];
  for (const end of range) check("latency", end, isDelay, "milliseconds, zero or more");
  if (range.length !== 2 || range[0] > range[1]) {
    throw new RangeError(
      `Cannot set the latency of a simulated network to [${range.join()}]: it is [least, most]`,
    );
  }
}

/** Throws a RangeError for what makes no sense. */
export function checkLink(options: LinkOptions): void {
  const { latency, jitter, bandwidth, loss, chunking, window, cutAfter } = options;
  if (latency !== undefined) checkLatency(latency);
  if (jitter !== undefined) check("jitter", jitter, isDelay, "milliseconds, zero or more");
  if (bandwidth !== undefined)
    check("bandwidth", bandwidth, (value) => value > 0, "bytes a second, above zero");
  if (loss !== undefined) check("loss", loss, (value) => value >= 0 && value < 1, "a chance below 1");
  if (chunking !== undefined && chunking !== "writes" && chunking !== "random") {
    check("chunking", chunking, isCount, '"writes", "random" or a number of bytes');
  }
  if (window !== undefined) check("window", window, isCount, "a number of bytes, one or more");
  if (cutAfter !== undefined)
    check("cutAfter", cutAfter, (value) => value >= 1, "a number of bytes, one or more");
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;

export function checkNetwork(options: SimulatedNetworkOptions): void {
  checkLink(options);
  const { seed, eventLimit } = options;
  if (seed !== undefined) check("seed", seed, Number.isInteger, "a whole number");
  if (eventLimit !== undefined) check("eventLimit", eventLimit, isCount, "a number of events, one or more");
  for (const name of ["connectTimeout", "retransmissionTimeout", "lookupDelay"] as const) {
    const value = options[name];
    if (value !== undefined) check(name, value, (ms) => ms >= 0, "milliseconds, zero or more");
  }
}
