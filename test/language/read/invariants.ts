// What must hold of every reading, whatever the text. Throws where something does not.

import { parse, print } from '../../../src/language/read/parse.ts';
import { VOICES } from '../../../src/language/score.ts';

/** Everything that must hold for every text. */
export function holds(text: string): void {
  const parsed = parse(text);
  if (print(parsed.tree) !== text) throw new Error('the text came back changed');
  for (const line of parsed.tree.lines) {
    let at = 0;
    for (const token of line.tokens) {
      if (token.start !== at || token.end <= at)
        throw new Error(`tokens leave a hole in ${JSON.stringify(line.text)}`);
      at = token.end;
    }
    if (at !== line.text.length || text.slice(line.start, line.end) !== line.text)
      throw new Error('a line is not its text');
  }
  for (const { span, fixes = [], related = [], message } of parsed.problems) {
    const spans = [
      span,
      ...related.map((one) => one.span),
      ...fixes.flatMap((fix) => fix.edits.map((edit) => edit.span)),
    ];
    for (const { start, end } of spans) {
      if (!(0 <= start && start <= end && end <= text.length))
        throw new Error(`${message}: ${start}-${end} is outside`);
    }
  }
  const { score } = parsed;
  let onset = 0;
  for (const bar of score.bars) {
    if (bar.onset !== onset || !(bar.duration > 0)) throw new Error('bars leave a hole');
    onset += bar.duration;
  }
  if (score.length !== onset) throw new Error('the bars do not cover the score');
  for (const voice of VOICES) {
    let end = 0;
    let time = 0;
    for (const event of score.parts[voice].events) {
      const bar = score.bars[event.bar];
      if (!bar) throw new Error('an event without a bar');
      const repeated = event.onset === bar.onset && event.span.end === end;
      if (event.span.start < end && !repeated) throw new Error('spans overlap');
      if (event.onset < time || event.onset + event.duration > bar.onset + bar.duration)
        throw new Error('out of time');
      if (!Number.isInteger(event.duration) || event.voice !== voice) throw new Error('not settled');
      if (event.body.start < event.span.start || event.body.end !== event.span.end)
        throw new Error('body outside');
      time = event.onset + event.duration;
      end = event.span.end;
    }
  }
}
