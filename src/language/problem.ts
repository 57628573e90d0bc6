// What is wrong with a text, where, and what to do about it. Knows nothing of editors or of the engine.

/** A stretch of the source text in UTF-16 offsets, end exclusive (as in an editor). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Replace `span` by `newText`; an insertion has an empty span. */
export interface TextEdit {
  readonly span: Span;
  readonly newText: string;
}

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** A change that would mend the problem, as edits to the very text it was found in. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** A finding about the text. The message says what is wrong and what to do, in one or two sentences. */
export interface Problem {
  /** Stable, kebab-case: `bar-length`, `out-of-range`, … */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  readonly related?: readonly { readonly message: string; readonly span: Span }[];
  readonly fixes?: readonly Fix[];
}
