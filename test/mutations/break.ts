/** One break of the list. */

/** `find` must be in the file exactly once. */
export interface Break {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** What goes wrong for a user with this break. */
  readonly why: string;
  /** The list of suites that notices it, as `--list` takes it. Default: the neutral suites. */
  readonly list?: string;
}

/** How to write down breaks of one folder's files, a line each. */
export const breaksIn =
  (folder: string) =>
  (file: string, find: string, replace: string, why: string): Break => ({
    file: `${folder}/${file}`,
    find,
    replace,
    why,
  });
