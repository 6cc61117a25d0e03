/** What ends the command line with exit code 2. */

/** A wrong command line, or a setting that it lacks. The message says what was expected. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
