// What the panel says about the text's problems. Knows no editor.

import type { Problem } from '../../language/problem.ts';
import type { Parsed } from '../../language/read/parse.ts';
import type { Trouble } from './messages.ts';

/** One line about what is wrong; `say` puts a problem into the user's language. */
export function troubleOf(
  { text, problems, score }: Parsed,
  say: (problem: Problem) => string = ({ message }) => message,
): Trouble {
  const errors = problems.filter((problem) => problem.severity === 'error');
  const warnings = problems.filter((problem) => problem.severity === 'warning');
  const first = errors[0] ?? warnings[0];
  return {
    errors: errors.length,
    warnings: warnings.length,
    first: first ? { message: say(first), line: lineOf(text, first.span.start), span: first.span } : null,
    broken: errors.length > 0 && score.parts.every((part) => part.events.length === 0),
  };
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split(/\r\n?|\n/).length;
