// What the network thinks of the shown notes: asks the editor for it, keeps the answers, shows them as heat and roll.

import type {
  AskMessage,
  ProbabilitiesMessage,
  SurpriseMessage,
} from '../../src/extension/preview/messages.ts';
import type { Cursor } from './cursor.ts';
import type { Desk } from './desk.ts';
import { post } from './host.ts';
import { legend, rollOf } from './odds.ts';
import type { Page } from './page.ts';
import type { Preferences } from './preferences.ts';
import { element } from './shapes.ts';
import { t } from './words.ts';

/** How long nothing must change before the network is asked, in milliseconds. */
const STILL = 300;

export class Opinions {
  #surprise: SurpriseMessage | null = null;
  #odds: ProbabilitiesMessage | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** What the shown probabilities are about. */
  #asked = '';

  constructor(
    readonly desk: Desk,
    readonly page: Page,
    readonly roll: HTMLElement,
    /** Where the user is. */
    readonly place: () => Pick<Cursor, 'bars' | 'note'>,
  ) {}

  #ask(about: AskMessage['about'], wanted: boolean): void {
    const { document } = this.desk;
    if (!document) return;
    const { uri, version } = document;
    post({ type: 'ask', uri, version, about, wanted, bars: this.place().bars });
  }

  /** Asks for what the user wants to see of a document that has just come. */
  begin(): void {
    if (this.desk.preferences.heat) this.#ask('surprise', true);
    if (this.desk.preferences.odds) this.#ask('probabilities', true);
  }

  /** Asks again when an answer is about another text or other bars, once the hands are still. */
  refresh(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const { document, preferences } = this.desk;
      if (!document) return;
      if (preferences.heat && this.#surprise?.version !== document.version) this.#ask('surprise', true);
      const about = `${document.uri} ${document.version} ${JSON.stringify(this.place().bars)}`;
      if (!preferences.odds) return;
      this.showRoll();
      if (about === this.#asked) return;
      this.#asked = about;
      this.#ask('probabilities', true);
    }, STILL);
  }

  /** The user wants to see other things than before. */
  prefer(old: Preferences): void {
    const { heat, odds } = this.desk.preferences;
    this.roll.hidden = !odds;
    if (old.heat !== heat) this.#ask('surprise', heat);
    if (old.odds === odds) return;
    this.#asked = '';
    if (odds) this.refresh();
    else this.#ask('probabilities', false);
  }

  /** The text has changed: its notes are other notes. */
  forget(): void {
    this.#surprise = null;
  }

  surprise(message: SurpriseMessage): void {
    this.#surprise = message;
    this.showHeat();
  }

  probabilities(message: ProbabilitiesMessage): void {
    this.#odds = message;
    this.showRoll();
  }

  showHeat(): void {
    const { reading, preferences } = this.desk;
    if (!preferences.heat || !this.#surprise || !reading) {
      this.page.marks?.heat(null);
      return;
    }
    const byStart = new Map(this.#surprise.notes.map(({ span, nats }) => [span.start, nats]));
    const nats = new Map<number, number>();
    reading.sheet.notes.forEach((note, i) => {
      const value = byStart.get(note.span.start);
      if (value !== undefined) nats.set(i, value);
    });
    this.page.marks?.heat(nats);
  }

  showRoll(): void {
    const { reading } = this.desk;
    if (!this.#odds || !reading) {
      this.roll.replaceChildren(
        element('p', {}, t('Select bars or a note to see what the network expects there.')),
      );
      return;
    }
    const scroll = this.roll.querySelector('.roll-frame')?.scrollLeft ?? 0;
    const drawn = rollOf(this.#odds, reading.sheet, this.place().note);
    this.roll.replaceChildren(legend(reading.sheet), drawn);
    drawn.scrollLeft = scroll;
  }
}
