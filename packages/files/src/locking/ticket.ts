// Tickets: who wants a lock, in which order, and whether beside others. A ticket is a socket in the lock's folder, on which its process listens
// until it gives the ticket back or dies: so the system itself tells whether it is still wanted, and when it is not.

/** `<number>-<x or s>-<process>-<random>`; the order of the names is that of the tickets. */
export type TicketName = string;

export function ticketName(number: number, shared: boolean, random: string): TicketName {
  return `${String(number).padStart(16, "0")}-${shared ? "s" : "x"}-${process.pid}-${random}`;
}

/** A socket gets its ticket's name when somebody listens on it: before, it would look like one whose owner is dead. */
export function unnumberedName(random: string): string {
  return `new-${process.pid}-${random}`;
}

const form = /^(\d{16})-([xs])-(\d+)-[0-9a-f]{16}$/;

export function isTicket(name: string): boolean {
  return form.test(name);
}

export function isUnnumbered(name: string): boolean {
  return /^new-\d+-[0-9a-f]{16}$/.test(name);
}

export function numberOf(name: TicketName): number {
  return Number(name.slice(0, 16));
}

/** The process that holds the ticket, or waits by it. As its own system numbers it: it may be in another container. */
export function processOf(name: TicketName): number {
  return Number(form.exec(name)![3]);
}

/** Whether two tickets cannot both hold. */
export function conflict(one: TicketName, other: TicketName): boolean {
  return one[17] === "x" || other[17] === "x";
}
