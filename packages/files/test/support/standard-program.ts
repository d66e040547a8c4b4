// What a program does with its standard streams; the first argument says what.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { forEach, run, taskGroup } from "corio";
import { FileError, open, stderr, stdin, stdinBytes, stdout, stdoutBytes } from "../../src/index.ts";

const programs: Readonly<Record<string, () => Promise<unknown>>> = {
  /** Gives each line back in capitals. */
  async capitals() {
    for await (const line of stdin) await stdout.write(line.toUpperCase());
  },
  async coroutine() {
    await run(function* () {
      yield* forEach(stdin.lines(), (line) => stdout.write(line.toUpperCase()));
    });
  },
  async bytes() {
    const all = await stdinBytes.readAll();
    await stdoutBytes.write(all.reverse());
  },
  async pieces() {
    let count = 0;
    for (let piece = await stdin.read(1000); piece !== ""; piece = await stdin.read(1000))
      count += piece.length;
    await stdout.write(`${count}`);
  },
  async order() {
    for (let i = 0; i < 50; i++) {
      console.log(`console ${i}`);
      await stdout.write(`file ${i}\n`);
    }
  },
  async much() {
    const line = `${"x".repeat(99)}\n`;
    for (let i = 0; i < 200; i++) await stdout.write(line.repeat(100));
    await stderr.write("all\n");
  },
  /** Nobody speaks: the read is given up, and the program ends by itself. */
  async patience() {
    await taskGroup({ cancellable: true }, async (group) => {
      group.spawn(async () => {
        await stdin.readLine();
      });
      await stdout.write("ready\n");
      group.cancel();
    });
    const { waiting, readAhead } = stdin.statistics();
    await stdout.write(`gave up ${waiting} ${readAhead}\n`);
  },
  /** Another program reads a line of the same input in between: one that has come before it was started. */
  async lends() {
    const signal = once(process, "SIGUSR2");
    await stdout.write(`first ${await stdin.readLine()}`);
    const alive = setInterval(() => {}, 1000);
    await signal;
    clearInterval(alive);
    await once(spawn("sh", ["-c", 'read line; echo "other $line"'], { stdio: "inherit" }), "exit");
    await stdout.write(`last ${await stdin.readLine()}`);
  },
  async gone() {
    try {
      for (;;) await stdout.write("x".repeat(10_000));
    } catch (error) {
      await stderr.write(
        error instanceof FileError ? `${error.code} ${error.operation} ${error.path}` : `${error as Error}`,
      );
    }
  },
  async close() {
    await stdout.write("one\n");
    await stdout.close();
    await stdout.write("two\n");
    await stderr.write(`${stdout.closed} ${stdout.name} ${stdin.mode} \uD800`);
  },
  async tty() {
    await stdout.write(`${stdin.isatty()} ${stdout.isatty()} ${stdinBytes.isatty()}\n`);
    await stdout.write(`read ${JSON.stringify(await stdin.readLine())}\n`);
    const terminal = await open("/dev/tty", "w");
    await terminal.write(`terminal ${terminal.isatty()} ${terminal.seekable}\n`);
  },
  /** Gathers what it writes, in a file over the descriptor. */
  async gathered() {
    const out = await open(1, "w", { closefd: false });
    for (let i = 0; i < 1000; i++) await out.write(`${i}\n`);
    await out.close();
    await stdout.write("end\n");
  },
};

await run(() => programs[process.argv[2] as string]!());
