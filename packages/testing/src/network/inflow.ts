// What has come for one end of a connection, and in which chunks its program gets it.

import type { Agenda, Planned } from "./agenda.ts";
import type { Chunking } from "./options.ts";

export interface InflowOwner {
  /** How the bytes are to be cut. */
  readonly chunking: Chunking;
  /** Whether its program can be given anything now. */
  readonly ready: boolean;
  giveBytes(bytes: Uint8Array): void;
  giveEnd(): void;
}

/** How long bytes may lie, in milliseconds, before they are given with others that came later. */
const LONGEST_REST = 5;

export class Inflow {
  /** Whether the program was told that no more comes. */
  ended = false;
  readonly #owner: InflowOwner;
  readonly #agenda: Agenda;
  readonly #random: () => number;
  #chunks: Uint8Array[] = [];
  #hasEnd = false;
  #planned: Planned | null = null;

  constructor(owner: InflowOwner, agenda: Agenda, random: () => number) {
    this.#owner = owner;
    this.#agenda = agenda;
    this.#random = random;
  }

  /** Whether bytes have come that the program did not take. */
  get unread(): boolean {
    return this.#chunks.length > 0;
  }

  put(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#give();
  }

  putEnd(): void {
    this.#hasEnd = true;
    this.#give();
  }

  /** The program may be ready again. */
  wake(): void {
    if (this.#chunks.length > 0 || this.#hasEnd) this.#plan(0);
  }

  clear(): void {
    this.#chunks = [];
    this.#hasEnd = false;
    this.#agenda.cancel(this.#planned);
    this.#planned = null;
  }

  #plan(delay: number): void {
    this.#planned ??= this.#agenda.at(this.#agenda.now() + delay, () => {
      this.#planned = null;
      this.#giveNow();
    });
  }

  #give(): void {
    if (this.#owner.chunking === "writes") {
      if (this.#planned === null) this.#giveNow();
    } else
      this.#plan(
        this.#owner.chunking === "random" && this.#random() < 0.25 ? this.#random() * LONGEST_REST : 0,
      );
  }

  /** As it was written: all at once. Otherwise one chunk, and the next one when the program has seen it. */
  #giveNow(): void {
    const { chunking } = this.#owner;
    while (this.#owner.ready && this.#chunks.length > 0) {
      this.#owner.giveBytes(chunking === "writes" ? this.#chunks.shift()! : this.#cut(chunking));
      if (
        chunking === "writes" ||
        (chunking === "random" && this.#chunks.length === 0 && this.#random() < 0.5)
      )
        continue;
      this.wake();
      return;
    }
    if (!this.#owner.ready || !this.#hasEnd || this.ended) return;
    this.ended = true;
    this.#hasEnd = false;
    this.#owner.giveEnd();
  }

  #cut(chunking: "random" | number): Uint8Array {
    if (this.#chunks.length > 1) this.#chunks = [concat(this.#chunks)];
    const all = this.#chunks[0]!;
    const size = chunking === "random" ? this.#anySize(all.length) : Math.min(chunking, all.length);
    if (size === all.length) this.#chunks.shift();
    else this.#chunks[0] = all.subarray(size);
    return all.subarray(0, size);
  }

  /** All of it as often as a part; of the parts, small ones as often as large ones. */
  #anySize(most: number): number {
    const random = this.#random;
    if (most === 1 || random() < 0.5) return most;
    return Math.min(most, Math.floor(most ** random()));
  }
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
