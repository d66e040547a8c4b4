// The turns of the host, as far as somebody asks: which one this is, and what is to happen at its end. For sockets, so that many small writes
// in one turn cost one call of the system.
import { realHost } from "corio/lowlevel";

let turn = 0;
let watched = false;
let atEnd: (() => void)[] = [];

/** A number that differs from turn to turn. */
export function hostTurn(): number {
  if (!watched) {
    watched = true;
    realHost.queueTurn(endTurn);
  }
  return turn;
}

/** Calls the function when this turn ends. */
export function atEndOfTurn(callback: () => void): void {
  hostTurn();
  atEnd.push(callback);
}

function endTurn(): void {
  watched = false;
  turn++;
  if (atEnd.length === 0) return;
  const callbacks = atEnd;
  atEnd = [];
  for (const callback of callbacks) callback();
}
