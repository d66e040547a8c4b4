// The chat itself: who is in which room, and what a line does. Every member is a connection, served by one task.
import type { Connection } from "@corio/io";
import { LimitOverrunError } from "@corio/io";
import { moveOnAfter } from "corio";

/** Milliseconds in which a visitor must say who he is. */
const introduction = 60_000;

interface Member {
  readonly nick: string;
  readonly connection: Connection;
  room: string;
}

export class Chat {
  readonly #members = new Map<string, Member>();

  /** Serves a connection to its end. */
  readonly serve = async (connection: Connection): Promise<void> => {
    const { value: member } = await moveOnAfter(introduction, () => this.#introduce(connection));
    if (member === null || member === undefined) return;
    this.#tell(member.room, `* ${member.nick} is here`);
    try {
      for await (const line of connection.reader) {
        if (!(await this.#hear(member, String(line).trim()))) break;
      }
    } catch (error) {
      if (!(error instanceof LimitOverrunError)) throw error;
      await connection.writer.write("* that was too long\n");
    } finally {
      this.#members.delete(member.nick);
      this.#tell(member.room, `* ${member.nick} has left`);
    }
  };

  /** Says the same to everybody, wherever they are: for the end of the server. */
  announce(text: string): void {
    for (const member of this.#members.values()) send(member, text);
  }

  async #introduce(connection: Connection): Promise<Member | null> {
    const { reader, writer } = connection;
    await writer.write("* who are you?\n");
    for (;;) {
      const line = await reader.readLine();
      if (line.length === 0) return null;
      const nick = String(line).trim();
      if (!/^\w{1,20}$/.test(nick)) await writer.write("* letters and digits, twenty at most\n");
      else if (this.#members.has(nick)) await writer.write(`* ${nick} is here already\n`);
      else {
        const member = { nick, connection, room: "lobby" };
        this.#members.set(nick, member);
        return member;
      }
    }
  }

  /** Does what a line says. False when the member wants to go. */
  async #hear(member: Member, line: string): Promise<boolean> {
    const [command, argument] = line.split(/\s+/, 2);
    if (command === "/quit") return false;
    if (command === "/who") {
      await member.connection.writer.write(`* here: ${this.#inRoom(member.room).join(", ")}\n`);
    } else if (command === "/join" && argument !== undefined) {
      this.#tell(member.room, `* ${member.nick} goes to ${argument}`);
      member.room = argument;
      this.#tell(member.room, `* ${member.nick} is here`);
    } else if (line.startsWith("/")) await member.connection.writer.write("* /join ROOM, /who, /quit\n");
    else if (line !== "") this.#tell(member.room, `${member.nick}: ${line}`, member);
    return true;
  }

  #inRoom(room: string): string[] {
    return [...this.#members.values()].filter((member) => member.room === room).map(({ nick }) => nick);
  }

  #tell(room: string, text: string, except?: Member): void {
    for (const member of this.#members.values())
      if (member.room === room && member !== except) send(member, text);
  }
}

/** Never waits: one who does not read must not hold up the others. When more than the high-water mark waits for him, he is shown out. */
function send({ connection }: Member, text: string): void {
  if (!connection.writer.isClosing() && !connection.writer.tryWrite(`${text}\n`)) connection.abort();
}
