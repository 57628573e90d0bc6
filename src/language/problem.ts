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

const movedSpan = ({ start, end }: Span, by: number): Span => ({ start: start + by, end: end + by });

/** The same finding where the text before it has grown by so many characters. */
export const moved = <T extends Pick<Problem, 'span' | 'related' | 'fixes'>>(one: T, by: number): T =>
  by === 0
    ? one
    : {
        ...one,
        span: movedSpan(one.span, by),
        ...(one.related && {
          related: one.related.map(({ message, span }) => ({ message, span: movedSpan(span, by) })),
        }),
        ...(one.fixes && {
          fixes: one.fixes.map(({ title, edits }) => ({
            title,
            edits: edits.map(({ span, newText }) => ({ span: movedSpan(span, by), newText })),
          })),
        }),
      };
