// Edits while a fill is computed: what comes back is put where it belongs now, or nowhere. The oracle knows every
// character of the text by a number of its own.
import { beforeEach, expect, test, vi } from 'vitest';
import { randomOf } from '../../src/engine/random.ts';
import { cases } from '../effort.ts';

type Listener = (event: unknown) => void;

const listeners = vi.hoisted(() => new Set<unknown>());
vi.mock('vscode', () => ({
  workspace: {
    onDidChangeTextDocument: (listener: unknown) => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
  },
}));

const { Track } = await import('../../src/extension/track.ts');

const ROUNDS = cases(1000);
const TEXT =
  'X:1\nK:G\n[V:S] G A ?x2 | d2 G2 |]\n[V:A] ?z4 | ?x2 D2 |]\n[V:T] ?Z | ?Z |]\n[V:B] G, ?x @G, ?x | D,2 ?x2 |]\n';

interface Character {
  readonly sign: string;
  /** Where it stood at first; -1 for what was typed since. */
  readonly from: number;
}

beforeEach(() => listeners.clear());

test(`${ROUNDS} rounds of typing: a fill is applied where its places are untouched, and not at all where they are not`, () => {
  const random = randomOf(7);
  const below = (n: number): number => Math.floor(random.uniform() * n);
  const outcomes = { applied: 0, refused: 0 };
  const places = [...TEXT.matchAll(/\?\S+/g)].map(({ 0: token, index }) => ({
    start: index,
    end: index + token.length,
  }));
  for (let round = 0; round < ROUNDS; round++) {
    const document = {};
    const track = new Track(document as never);
    const edits = places.filter(() => below(3) === 0).map((span, i) => ({ span, newText: `<${i}>` }));
    let text: Character[] = [...TEXT].map((sign, from) => ({ sign, from }));
    for (let change = below(4); change >= 0; change--) {
      const at = below(text.length + 1);
      const removed = below(3) === 0 ? Math.min(text.length - at, below(4)) : 0;
      const typed = 'abc'.slice(0, removed > 0 ? below(4) : 1 + below(3));
      const event = { document, contentChanges: [{ rangeOffset: at, rangeLength: removed, text: typed }] };
      for (const listener of listeners) (listener as Listener)(event);
      // Another document's changes are none of its business.
      for (const listener of listeners) (listener as Listener)({ ...event, document: {} });
      text = [
        ...text.slice(0, at),
        ...[...typed].map((sign) => ({ sign, from: -1 })),
        ...text.slice(at + removed),
      ];
    }
    const followed = track.follow(
      edits,
      edits.map(({ span }) => span),
    );
    track.dispose();
    const whole = edits.map(({ span: { start, end } }) => {
      const at = text.findIndex(({ from }) => from === start);
      const intact =
        at >= 0 &&
        Array.from({ length: end - start }, (_, i) => text[at + i]?.from === start + i).every(Boolean);
      return intact ? at : null;
    });
    if (followed === null) {
      expect(whole).toContain(null);
      outcomes.refused++;
      continue;
    }
    expect(followed).toEqual(
      edits.map(({ span: { start, end }, newText }, i) => ({
        span: { start: whole[i], end: whole[i]! + end - start },
        newText,
      })),
    );
    outcomes.applied++;
  }
  expect(listeners.size).toBe(0);
  expect(Math.min(outcomes.applied, outcomes.refused)).toBeGreaterThan(ROUNDS / 20);
});
