// Pieces for tests of the preview, made with their sheet so that no reader is needed: text and meaning are known.

import type { Look, Reading, SheetBar, SheetNote } from '../../src/extension/preview/messages.ts';
import type { Letter } from '../../src/language/pitch.ts';
import { pitchName } from '../../src/language/pitch.ts';
import type { Span } from '../../src/language/problem.ts';
import type { Voice } from '../../src/language/score.ts';
import { TICKS_PER_QUARTER, TICKS_PER_WHOLE } from '../../src/language/time.ts';

export interface PieceOptions {
  readonly bars: number;
  readonly barsPerLine?: number;
  readonly newline?: '\n' | '\r\n';
  readonly layout?: '(S A) (T B)' | 'S A T B';
  /** The look of a note; written where it says nothing. */
  readonly look?: (voice: Voice, bar: number, beat: number) => Look;
  readonly title?: string;
  readonly lyrics?: boolean;
}

/** Diatonic steps above C4 of each voice's line, beat for beat: a chord a beat, all within the voices' ranges. */
const LINES: readonly (readonly number[])[] = [
  [7, 8, 9, 7, 11, 10, 9, 8],
  [4, 5, 4, 2, 4, 5, 4, 4],
  [0, 0, 0, -3, -1, 0, 0, -1],
  [-7, -9, -8, -7, -10, -9, -8, -10],
];
const SEMITONES = [0, 2, 4, 5, 7, 9, 11];
const IDS = ['S', 'A', 'T', 'B'];
const NAMES = ['Soprano', 'Alto', 'Tenor', 'Bass'];
const SIGNS: Record<Look, string> = { written: '', filled: '', open: '?', pinned: '@', locked: '' };

function abcOf(step: number): string {
  const letter = 'CDEFGAB'[((step % 7) + 7) % 7]!;
  const octave = Math.floor(step / 7);
  if (octave >= 1) return letter.toLowerCase() + "'".repeat(octave - 1);
  return letter + ','.repeat(-octave);
}

/** The document, and what the host would send about it. Quarter notes in 4/4, C major. */
export function piece(options: PieceOptions): { text: string; reading: Reading } {
  const { bars, barsPerLine = 4, newline = '\n', layout = '(S A) (T B)', look = () => 'written' } = options;
  const barLength = TICKS_PER_WHOLE;
  const notes: SheetNote[] = [];
  const spans: (Span | null)[][] = Array.from({ length: bars }, () => [null, null, null, null]);
  let text = [
    'X:1',
    `T:${options.title ?? 'A piece'}`,
    'M:4/4',
    'L:1/4',
    'Q:1/4=120',
    `%%score ${layout}`,
  ].join(newline);
  text += newline;
  IDS.forEach((id, v) => {
    text += `V:${id} clef=${v < 2 ? 'treble' : 'bass'} name="${NAMES[v]}" snm="${id}"${newline}`;
  });
  text += `K:C${newline}`;
  for (let first = 0; first < bars; first += barsPerLine) {
    for (const voice of [0, 1, 2, 3] as Voice[]) {
      text += `[V:${IDS[voice]}]`;
      for (let bar = first; bar < Math.min(bars, first + barsPerLine); bar++) {
        const start = text.length;
        for (let beat = 0; beat < 4; beat++) {
          const step = LINES[voice]![(4 * bar + beat) % 8]!;
          const is = look(voice, bar, beat);
          const empty = is === 'open' && beat % 2 === 0;
          const octave = 4 + Math.floor(step / 7);
          const letter = (((step % 7) + 7) % 7) as Letter;
          text += ' ';
          const token = SIGNS[is] + (empty ? 'x' : abcOf(step));
          notes.push({
            voice,
            onset: bar * barLength + beat * TICKS_PER_QUARTER,
            duration: TICKS_PER_QUARTER,
            bar,
            look: is,
            rest: false,
            pitches: empty ? [] : [12 * (octave + 1) + SEMITONES[letter]!],
            names: empty ? [] : [pitchName({ letter, alter: 0, octave })],
            span: { start: text.length, end: text.length + token.length },
            tied: false,
            fermata: false,
            grace: false,
            lyric: '',
            chord: '',
          });
          text += token;
        }
        spans[bar]![voice] = { start, end: text.length };
        text += bar === bars - 1 ? ' |]' : ' |';
      }
      text += newline;
      if (options.lyrics && voice === 0) text += `w: ${'la '.repeat(4 * barsPerLine).trim()}${newline}`;
    }
  }
  const sheetBars = spans.map(
    (barSpans, i): SheetBar => ({
      number: i + 1,
      onset: i * barLength,
      duration: barLength,
      metre: { beats: 4, unit: 4 },
      phase: 0,
      beat: TICKS_PER_QUARTER,
      key: 'C major',
      repeatStarts: false,
      repeatEnds: false,
      ending: '',
      spans: barSpans as unknown as SheetBar['spans'],
    }),
  );
  const sheet = {
    title: options.title ?? 'A piece',
    ticksPerWhole: TICKS_PER_WHOLE,
    length: bars * barLength,
    voices: IDS.map((id, v) => ({ id, name: NAMES[v]! })) as unknown as Reading['sheet']['voices'],
    notes,
    bars: sheetBars,
    tempos: [{ onset: 0, quarters: 120 }],
  };
  return { text, reading: { abc: text.replace(/[?@]/g, ' '), sheet, added: [] } };
}
