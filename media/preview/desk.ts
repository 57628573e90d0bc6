// What lies on the panel's desk just now. `main.ts` alone changes it; the other parts only look.

import type { DocumentMessage, Reading, Sync } from '../../src/extension/preview/messages.ts';
import type { Preferences } from './preferences.ts';

export interface Desk {
  /** The text as the editor sent it last. */
  readonly document: DocumentMessage | null;
  /** What the picture shows: of the text as it is, as it was when it could be drawn last, or an alternative. */
  readonly reading: Reading | null;
  readonly preferences: Preferences;
  readonly sync: Sync;
}
