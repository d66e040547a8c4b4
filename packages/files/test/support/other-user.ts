// For what the superuser may do and others may not: such a test is run as nobody.
import { chownSync } from "node:fs";

const nobody = 65_534;

/** Runs a body without the superuser's rights; the folder is given to whoever runs it. */
export async function asPlainUser(folder: string, body: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return await body();
  chownSync(folder, nobody, nobody);
  process.setegid!(nobody);
  process.seteuid!(nobody);
  try {
    await body();
  } finally {
    process.seteuid!(0);
    process.setegid!(0);
  }
}
