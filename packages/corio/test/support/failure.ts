// What async code outside any run threw.

/** The error that a call ends with, or fails the test. */
export async function failureOf(start: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    await start();
  } catch (error) {
    return error;
  }
  throw new Error("expected a failure");
}
