import { describe, expect, test } from 'vitest';
import { isolate, opinionOf, rewrite, survey } from '../../src/engine/opinion.ts';
import type { TextEdit } from '../../src/language/problem.ts';
import { parse } from '../../src/language/read/parse.ts';
import { fake, RANGE } from './sampler/fakes.ts';

const HEAD = 'X:1\nM:4/4\nL:1/4\nV:S\nV:A\nV:T clef=bass\nV:B clef=bass\nK:G\n';
const TEXT = `${HEAD}[V:S] d ^c =c B | d4 |]\n[V:A] G G G G- | G4 |]\n[V:T] B, B, C ?D | @B,4 |]\n[V:B] G,, ?z2 D, | ?x4 |]\n`;

const eventOf = (text: string, token: string, voice: 0 | 1 | 2 | 3 = 0) => {
  const parsed = parse(text);
  const event = parsed.score.parts[voice].events.find(
    ({ span }) => text.slice(span.start, span.end) === token,
  );
  if (!event) throw new Error(`no ${token}`);
  return { parsed, event };
};

const applied = (text: string, edits: readonly TextEdit[]): string =>
  [...edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((all, { span, newText }) => all.slice(0, span.start) + newText + all.slice(span.end), text);

/** Twice as likely for each semitone nearer to a pitch. */
const around = (centre: number) => fake((_, __, ___, midi) => 2 ** -Math.abs(midi - centre));

describe('the opinion on one note', () => {
  test('names what stands and what else might', async () => {
    const { parsed, event } = eventOf(TEXT, 'B');
    const isolated = isolate(parsed, event);
    expect(isolated?.written).toBe(71);
    const opinion = await opinionOf(isolated!, { predict: around(72), range: RANGE }, 3);
    // 1 + 2 * (1/2 + 1/4 + …), cut off at the end of the range.
    expect(opinion.written).toBeCloseTo(1 / 6, 2);
    expect(opinion.others[0]).toEqual({ pitch: 72, probability: expect.closeTo(1 / 3, 2) });
    expect(opinion.others.map(({ pitch }) => pitch).sort()).toEqual([70, 72, 73].sort());
  });

  test('hides the whole note and nothing but it, save what is open', async () => {
    const { parsed, event } = eventOf(TEXT, '^c');
    const predict = around(60);
    await opinionOf(isolate(parsed, event)!, { predict, range: RANGE }, 3);
    const [view] = predict.calls[0]!;
    const hidden = Array.from(view!.erased.keys()).filter((cell) => view!.erased[cell] && cell % 4 < 3);
    expect(hidden).toEqual([4, 5, 6, 7].map((step) => 4 * step));
    expect(view!.pitch[8]).toBe(74);
  });

  test('takes tied tokens as one note, and changes them together', () => {
    const { parsed, event } = eventOf(TEXT, 'G-', 1);
    const isolated = isolate(parsed, event)!;
    expect(isolated.events).toHaveLength(2);
    expect(applied(TEXT, rewrite(isolated, 66))).toContain('[V:A] G G G F- | F4 |]');
  });

  test('writes the accidentals that another pitch needs, and keeps those of its neighbours', () => {
    const { parsed, event } = eventOf(TEXT, '^c');
    const isolated = isolate(parsed, event)!;
    expect(applied(TEXT, rewrite(isolated, 72))).toContain('[V:S] d c =c B |');
    const last = eventOf(TEXT, 'B');
    expect(applied(TEXT, rewrite(isolate(last.parsed, last.event)!, 73))).toContain('d ^c =c ^c |');
  });

  test('has one on pinned notes and on open ones, in locked voices too', () => {
    const locked = TEXT.replace('K:G', '%%cantus:lock T\nK:G');
    for (const [token, written] of [
      ['@B,4', 59],
      ['?D', 62],
    ] as const) {
      const { parsed, event } = eventOf(locked, token, 2);
      expect(isolate(parsed, event)?.written).toBe(written);
    }
    const { parsed, event } = eventOf(TEXT, '?x4', 3);
    expect(isolate(parsed, event)?.written).toBeNull();
  });

  test('recalls where the piece has the same phrase, and nothing where it has not', async () => {
    const phrase = (last: string) =>
      [
        `d e f g | a b c' ${last}`,
        'G A B c | d e f d',
        'B, C D E | F G A B,',
        'G,, A,, B,, C, | D, E, F, G,',
      ].map((line) => `${line} |`);
    const voices = ['S', 'A', 'T', 'B'];
    const bars = [phrase('b'), ["b4 | c'4 |", 'e4 | f4 |', 'G4 | A4 |', 'E,4 | F,4 |'], phrase("d'")];
    const text = `${HEAD}${voices.map((v, i) => `[V:${v}] ${bars.map((all) => all[i]).join(' ')}\n`).join('')}`;
    const { parsed } = eventOf(text, 'd');
    const note = (voice: 0 | 1, index: number) => isolate(parsed, parsed.score.parts[voice].events[index]!)!;
    const predict = around(60);
    const oracle = { predict, range: RANGE };
    expect((await opinionOf(note(0, 17), oracle, 3)).echo).toEqual({ pitch: 83, bar: 1 });
    // Believed in full: it was not drawn to agree.
    const view = predict.calls[0]![0]!;
    expect(view.echo?.strength[view.erased.indexOf(1)]).toBeGreaterThan(0.5);
    expect((await opinionOf(note(1, 12), oracle, 3)).echo).toEqual({ pitch: 71, bar: 0 });
    expect((await opinionOf(note(0, 8), oracle, 3)).echo).toBeNull();
  });

  test('has none on rests, free spans, chords, tuplets and what is off the grid', () => {
    const text = `${HEAD}[V:S] z d (3d/2d/2d/2 d/32 [ce] |]\n[V:A] ?z4 |]\n`;
    const { parsed } = eventOf(text, 'd');
    const events = parsed.score.parts.flatMap((part) => part.events);
    const judged = events.filter((event) => isolate(parsed, event) !== null);
    expect(judged.map(({ span }) => text.slice(span.start, span.end))).toEqual(['d']);
  });
});

describe('the opinion on a piece', () => {
  test('tells of each note how unlikely it is, never having seen it', async () => {
    const parsed = parse(TEXT);
    let peeked = false;
    const predict = fake((view, step, voice, midi) => {
      const cell = 4 * step + voice;
      if (view.erased[cell] && view.pitch[cell] !== -1) peeked = true;
      return midi === 67 ? 1 : 0.5;
    });
    const { notes } = await survey(parsed.score, null, { predict, range: RANGE });
    const nats = new Map(notes.map(({ span, nats: n }) => [TEXT.slice(span.start, span.end), n]));
    expect(peeked).toBe(false);
    expect(notes).toHaveLength(5 + 5 + 5 + 2);
    expect(nats.get('G-')).toBeCloseTo(Math.log(0.5 * (RANGE.pitches + 1)), 5);
    expect(nats.get('G4')).toBe(nats.get('G-'));
    expect(nats.get('d')).toBeCloseTo(Math.log(RANGE.pitches + 1), 5);
  });

  test('tells what it would put where, in the bars that were asked for, open ones included', async () => {
    const { score } = parse(TEXT);
    const { cells } = await survey(score, { from: 1, to: 1 }, { predict: around(60), range: RANGE });
    expect(cells).toHaveLength(4 * 16);
    expect(cells.every(({ cell }) => cell >= 64)).toBe(true);
    expect(cells[0]?.odds[0]).toEqual({ pitch: 60, probability: expect.closeTo(1 / 3, 2) });
    expect(cells.find(({ cell }) => cell % 4 === 3)?.drawn).toBe(-2);
  });
});
