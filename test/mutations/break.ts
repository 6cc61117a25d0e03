/** One break of the list. */

/** `find` must be in the file exactly once. */
export interface Break {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** What goes wrong for a user with this break. */
  readonly why: string;
}
