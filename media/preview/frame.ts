// What stands around the sheet of music: trouble above it, words, status and the key to the marks below it.

import type { Sheet, Span, Trouble } from '../../src/extension/preview/messages.ts';
import { element } from './shapes.ts';
import { t } from './words.ts';

const MARKS = {
  open: t('open: dashed box'),
  filled: t('filled just now: ring'),
  pinned: t('pinned: wedge above'),
  locked: t('locked: square below'),
} as const;

export class Frame {
  readonly app = element('div', { class: 'app' });
  readonly scroller: HTMLElement;
  readonly roll = element('section', { class: 'odds', 'aria-label': t('Probabilities'), hidden: '' });
  readonly #trouble = element('div', { class: 'trouble', role: 'status', hidden: '' });
  readonly #status = element('div', { class: 'status', role: 'status' });
  readonly #words = element('p', { class: 'words', 'aria-live': 'polite', hidden: '' });
  readonly #said = element('p', { class: 'unseen', 'aria-live': 'polite' });
  readonly #key = element('p', { class: 'key-to-marks', hidden: '' });
  readonly #cancel = element('button', { type: 'button', title: t('Stop the run'), hidden: '' }, t('Cancel'));
  readonly #empty = element(
    'p',
    { class: 'empty', hidden: '' },
    t('No music yet. Write a melody, and it appears here.'),
  );

  constructor(cancel: () => void) {
    this.#cancel.addEventListener('click', cancel);
    this.scroller = element(
      'main',
      {
        class: 'scroller',
        tabindex: 0,
        'aria-label': t('Score. Arrow keys move from note to note, Enter goes to the text.'),
      },
      this.#empty,
    );
  }

  /** Puts everything together, these bars on top. */
  furnish(...bars: readonly HTMLElement[]): void {
    this.app.append(
      element('header', {}, ...bars, this.#trouble),
      this.scroller,
      this.roll,
      element(
        'footer',
        {},
        this.#words,
        this.#key,
        element('div', { class: 'line' }, this.#status, this.#cancel),
        this.#said,
      ),
    );
    document.body.append(this.app);
  }

  /** Whether there is a picture. Before a text has come, nobody can tell. */
  drawn(something: boolean): void {
    this.#empty.hidden = something;
  }

  /** `go` is called with the place of the trouble. */
  trouble({ errors, warnings, first }: Trouble, stale: boolean, go: (span: Span) => void): void {
    const counts = [
      errors === 1 ? t('1 error') : errors > 0 ? t('{0} errors', errors) : '',
      warnings === 1 ? t('1 warning') : warnings > 0 ? t('{0} warnings', warnings) : '',
    ]
      .filter((part) => part !== '')
      .join(', ');
    this.#trouble.hidden = !stale && errors === 0;
    this.#trouble.classList.toggle('stale', stale);
    this.#trouble.replaceChildren();
    if (this.#trouble.hidden) return;
    this.#trouble.append(
      stale ? `${t('The text cannot be drawn just now; this is the last good picture.')} ` : '',
      counts ? `${counts}. ` : '',
    );
    if (!first) return;
    const link = element(
      'button',
      { type: 'button', class: 'link' },
      t('Line {0}: {1}', first.line, first.message),
    );
    link.addEventListener('click', () => go(first.span));
    this.#trouble.append(link);
  }

  status(text: string): void {
    this.#status.textContent = text;
  }

  /** Whether there is a run that can be cancelled. */
  running(on: boolean): void {
    if (!on && document.activeElement === this.#cancel) this.scroller.focus();
    this.#cancel.hidden = !on;
  }

  /** For the ears of a screen reader alone. */
  say(text: string): void {
    this.#said.textContent = text;
  }

  /** The current bar in words; null hides it. */
  words(text: string | null): void {
    this.#words.hidden = text === null;
    if (text !== null && this.#words.textContent !== text) this.#words.textContent = text;
  }

  /** Explains the marks, as soon as there are any. */
  explainMarks(sheet: Sheet | undefined): void {
    const looks = new Set(sheet?.notes.map((note) => note.look));
    const parts = (['open', 'filled', 'pinned', 'locked'] as const)
      .filter((look) => looks.has(look))
      .map((look) => MARKS[look]);
    this.#key.hidden = parts.length === 0;
    this.#key.textContent = parts.join(' · ');
  }
}
