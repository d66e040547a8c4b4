// Where answers are near, the loop waits for them awake: it looks a few times before it lets the processor sleep. To wake one takes longer
// than a peer on the same machine needs for its answer, and more work than the looking does. Go's scheduler does likewise.
import { realHost, type Host } from "corio/lowlevel";

/** Milliseconds: an answer that comes so soon was worth it to stay awake. */
const near = 0.06;

/** Milliseconds: an answer that came so soon though the processor had slept would have been near. */
const nearAsleep = 0.12;

/** Milliseconds that the loop stays awake for one answer. */
const longest = 0.1;

/** Answers in a row that were not near, until the loop sleeps again. */
const mostStrikes = 8;

/** Answers in a row that were near, until what went wrong before is forgotten. */
const forgetting = 256;

/** Answers that are slept for, after the loop has stayed awake in vain again and again. */
const mostSkipped = 16_384;

/** What it needs of the machine. */
export type ShortWaitsHost = Pick<Host, "now" | "queueTurn">;

export class ShortWaits {
  readonly #host: ShortWaitsHost;
  /** When the message went out whose answer is waited for; -1 for none. */
  #sentAt = -1;
  /** Whether it stays awake for answers. */
  #stays = false;
  /** Whether it has asked for the next turn. */
  #awake = false;
  #strikes = 0;
  #nears = 0;
  /** Answers that it still sleeps for, however near they are; and how many those will be next time. */
  #skipped = 0;
  #penalty = 1;

  constructor(host: ShortWaitsHost) {
    this.#host = host;
  }

  /** Whether the loop stays awake for answers. */
  get stays(): boolean {
    return this.#stays;
  }

  /** A small message went out: its answer may be near. */
  sent(): void {
    this.#sentAt = this.#host.now();
    if (!this.#stays || this.#awake) return;
    this.#awake = true;
    this.#host.queueTurn(this.#look);
  }

  /** Something has come. */
  came(): void {
    if (this.#sentAt < 0) return;
    const took = this.#host.now() - this.#sentAt;
    this.#sentAt = -1;
    if (this.#stays) {
      if (took > near) this.#strike();
      else this.#hit();
    } else if (this.#skipped > 0) this.#skipped--;
    else this.#stays = took <= nearAsleep;
  }

  /** A loop that has something to do in its next turn asks the system what has come, and does not sleep. */
  readonly #look = (): void => {
    this.#awake = false;
    if (this.#sentAt < 0) return;
    if (this.#host.now() - this.#sentAt < longest) {
      this.#awake = true;
      this.#host.queueTurn(this.#look);
      return;
    }
    this.#sentAt = -1;
    this.#strike();
  };

  #hit(): void {
    this.#strikes = 0;
    if (++this.#nears < forgetting) return;
    this.#nears = 0;
    this.#penalty = 1;
  }

  #strike(): void {
    this.#nears = 0;
    if (++this.#strikes < mostStrikes) return;
    this.#strikes = 0;
    this.#stays = false;
    this.#skipped = this.#penalty;
    this.#penalty = Math.min(2 * this.#penalty, mostSkipped);
  }
}

/** Of this thread. */
export const shortWaits: ShortWaits = new ShortWaits(realHost);
