// The group of processes that a child leads: signals to all of it, and whether anybody of it is left.
//
// While a group has a member, the system gives its number to nobody else; after that it may. So a group whose leader has gone is looked at every second,
// and once it was seen empty no signal is sent to that number any more: the numbers are not used up within a second.
import { readdirSync, readFileSync } from "node:fs";
import { getRunningLoop, type EventLoop, type TimerHandle } from "corio";
import type { SignalName } from "../signals/signal-names.ts";

const lookEvery = 1000;

export class ProcessGroup {
  readonly #leader: number;
  readonly #ended: () => void;
  readonly #loop: EventLoop = getRunningLoop();
  #watch: TimerHandle | null = null;
  /** Nobody is left, for good. */
  #gone = false;

  /**
   * @param leader its number, which is that of the group
   * @param ended the last of those that the leader has left behind is gone
   */
  constructor(leader: number, ended: () => void) {
    this.#leader = leader;
    this.#ended = ended;
  }

  /** Whether nobody is left. Asked after the leader's exit; members that have ended and that init has not looked at yet do not count. */
  get gone(): boolean {
    if (!this.#gone && !this.#running()) this.#end();
    return this.#gone;
  }

  /** Sends a signal to every member. The system's error when none may be signalled. */
  signal(signal: SignalName): void {
    if (!this.#gone && !this.#send(signal)) this.#end();
  }

  /** The leader has exited, just now. */
  leaderExited(): void {
    if (this.#send(0)) this.#watch = this.#loop.callLater(lookEvery, () => this.#look());
    else this.#end();
  }

  /** Nobody asks for it any more. */
  release(): void {
    this.#watch?.cancel();
  }

  #look(): void {
    this.leaderExited();
    if (this.#gone) this.#ended();
  }

  #end(): void {
    this.#gone = true;
    this.#watch?.cancel();
  }

  /** False when the group has no member. */
  #send(signal: SignalName | 0): boolean {
    try {
      process.kill(-this.#leader, signal);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
      // To ask who is there takes no permission that could be missing.
      if (signal === 0) return true;
      throw error;
    }
  }

  #running(): boolean {
    return this.#send(0) && (process.platform !== "linux" || runsOnLinux(this.#leader));
  }
}

function runsOnLinux(leader: number): boolean {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return true;
  }
  return names.some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      // "pid (name) state parent group ..."; the name may have anything in it.
      const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(group) === leader && state !== "Z" && state !== "X";
    } catch {
      return false;
    }
  });
}
