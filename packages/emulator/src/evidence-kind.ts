/** What a rule of the emulator rests on. Nothing was compared with the real service. */
export type EvidenceKind =
  /** The documentation of whoever runs the real one says so. */
  | "documentation"
  /** Other people's reports from the real service say so. */
  | "field report"
  /** Client libraries for the real one do so, or were seen to need it. */
  | "client code"
  /** Nothing was found; this is what seemed likeliest. */
  | "UNCONFIRMED";

/** One rule of the emulator and why it is believed. */
export interface Rule {
  /** `AADSTS{number}` for a refusal, else a name. */
  readonly id: string;
  readonly kind: EvidenceKind;
  readonly note: string;
}
