// What a resolver remembers: a bounded number of answers, each for a limited time; what was not asked for longest goes first.
import type { ResolvedAddress } from "corio/lowlevel";

/** Addresses, or the code with which the name was said not to exist. */
export type NameAnswer = readonly ResolvedAddress[] | { readonly code: string };

interface Entry {
  readonly answer: NameAnswer;
  /** By the host's clock. */
  readonly expires: number;
}

export class NameCache {
  readonly #most: number;
  readonly #entries = new Map<string, Entry>();
  evictions = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string, now: number): NameAnswer | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    this.#entries.delete(key);
    if (entry.expires <= now) return null;
    // A Map keeps the order of insertion: what is asked for goes to the end.
    this.#entries.set(key, entry);
    return entry.answer;
  }

  set(key: string, answer: NameAnswer, expires: number): void {
    this.#entries.delete(key);
    if (this.#most === 0) return;
    if (this.#entries.size >= this.#most) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest!);
      this.evictions++;
    }
    this.#entries.set(key, { answer, expires });
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
