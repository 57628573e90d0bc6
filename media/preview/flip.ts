// The bar for flipping through alternatives: hear each in place, keep one or none. Decides nothing itself.

import type { AlternativesMessage, Reading } from '../../src/extension/preview/messages.ts';
import { element } from './shapes.ts';
import { t } from './words.ts';

export interface FlipWishes {
  /** Shows another one, and lets it be heard when asked for. */
  readonly show: (reading: Reading | null, heard: boolean) => void;
  readonly choose: (offer: AlternativesMessage, index: number | null) => void;
}

export class Flip {
  readonly bar = element('div', {
    class: 'flip',
    role: 'group',
    'aria-label': t('Alternatives'),
    hidden: '',
  });
  readonly #text = element('span', { class: 'flip-text', role: 'status' });
  #offer: AlternativesMessage | null = null;
  #index = 0;

  constructor(readonly wishes: FlipWishes) {
    const button = (label: string, hint: string, press: () => void): HTMLButtonElement => {
      const made = element('button', { type: 'button', title: hint }, label);
      made.addEventListener('click', press);
      return made;
    };
    this.bar.append(
      button(t('Previous'), t('The alternative before (P)'), () => this.turn(-1, true)),
      this.#text,
      button(t('Next'), t('The next alternative (N)'), () => this.turn(1, true)),
      button(t('Listen'), t('Hear this one (L)'), () => this.turn(0, true)),
      button(t('Keep'), t('Keep this one (K)'), () => this.choose(true)),
      button(t('Reject'), t('Keep none of them (R)'), () => this.choose(false)),
    );
  }

  get offer(): AlternativesMessage | null {
    return this.#offer;
  }

  get reading(): Reading | null {
    return this.#offer?.items[this.#index]?.reading ?? null;
  }

  open(offer: AlternativesMessage): void {
    if (offer.items.length === 0) {
      this.close();
      return;
    }
    this.#offer = offer;
    this.#index = 0;
    this.bar.hidden = false;
    this.turn(0, false);
  }

  close(): void {
    if (!this.#offer) return;
    this.#offer = null;
    this.bar.hidden = true;
    this.#text.textContent = '';
    this.wishes.show(null, false);
  }

  turn(by: number, heard: boolean): void {
    if (!this.#offer) return;
    const many = this.#offer.items.length;
    this.#index = (this.#index + by + many) % many;
    this.#text.textContent = t(
      'Alternative {0} of {1}: {2}',
      this.#index + 1,
      many,
      this.#offer.items[this.#index]!.label,
    );
    this.wishes.show(this.reading, heard);
  }

  choose(keep: boolean): void {
    const offer = this.#offer;
    if (!offer) return;
    const index = keep ? this.#index : null;
    this.close();
    this.wishes.choose(offer, index);
  }

  /** One key each. @returns whether the key meant something here */
  key(key: string): boolean {
    if (!this.#offer) return false;
    const deeds: Record<string, () => void> = {
      n: () => this.turn(1, true),
      p: () => this.turn(-1, true),
      l: () => this.turn(0, true),
      k: () => this.choose(true),
      r: () => this.choose(false),
    };
    const deed = deeds[key.toLowerCase()];
    deed?.();
    return deed !== undefined;
  }
}
