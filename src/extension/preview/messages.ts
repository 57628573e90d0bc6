// What the host (extension) and the preview (webview) say to each other. Types only: no editor, no page.
// Offsets are UTF-16 in the document as the editor has it; times are ticks as in `language/time`.

import type { Span } from '../../language/problem.ts';
import type { Voice } from '../../language/score.ts';
import type { Interval, Metre, Tick } from '../../language/time.ts';
import type {
  Look,
  Reading,
  Sheet,
  SheetBar,
  SheetNote,
  SheetTempo,
  SheetVoice,
} from '../../language/write/sheet.ts';

// The preview's page imports from this file alone.
export type {
  Interval,
  Look,
  Metre,
  Reading,
  Sheet,
  SheetBar,
  SheetNote,
  SheetTempo,
  SheetVoice,
  Span,
  Tick,
  Voice,
};

/** What the user should know about the text, in one line. */
export interface Trouble {
  readonly errors: number;
  readonly warnings: number;
  /** The first error's (else warning's) message and 1-based line, or null. */
  readonly first: { readonly message: string; readonly line: number; readonly span: Span } | null;
  /** The text cannot be read as music just now: the last good picture is to stay. */
  readonly broken: boolean;
}

/** Every message about a document names it, and the version of its text where offsets are meant. */
interface About {
  readonly uri: string;
  readonly version: number;
}

export interface DocumentMessage extends About {
  readonly type: 'document';
  readonly reading: Reading;
  readonly trouble: Trouble;
}

/** What stands in a text or list instead of a stretch of it. */
export interface Splice<T> {
  readonly at: number;
  readonly remove: number;
  readonly insert: T;
}

/** How a reading differs from the one before. What is not replaced has moved with the text and the bars before it. */
export interface ReadingChange {
  readonly abc: Splice<string>;
  /** From this bar on (an index into those before) everything is so many bars and ticks later. */
  readonly later: { readonly bar: number; readonly bars: number; readonly ticks: number };
  /** In each voice's own notes. */
  readonly notes: readonly [
    Splice<readonly SheetNote[]>,
    Splice<readonly SheetNote[]>,
    Splice<readonly SheetNote[]>,
    Splice<readonly SheetNote[]>,
  ];
  readonly bars: Splice<readonly SheetBar[]>;
  readonly rest: Omit<Sheet, 'notes' | 'bars'>;
  readonly added: Reading['added'];
}

/** The document as it was sent last has changed. A panel that knows another version asks again with `ready`. */
export interface ChangeMessage extends About {
  readonly type: 'change';
  /** The version that it is a change of. */
  readonly since: number;
  readonly change: ReadingChange;
  readonly trouble: Trouble;
}

/** A note of a run that is still going on. */
export interface GhostNote extends Interval {
  readonly voice: Voice;
  readonly pitch: number;
}

/** The sampler's present state. `notes` replace those of the message before; an empty list with `done` 1 ends the run. */
export interface ProgressMessage extends About {
  readonly type: 'progress';
  /** 0 to 1. */
  readonly done: number;
  readonly notes: readonly GhostNote[];
  /** In one or two words, for the status line: `Harmonizing bars 3-6`. */
  readonly label: string;
}

export interface Alternative {
  /** Shown in the bar: `seed 42`. */
  readonly label: string;
  readonly reading: Reading;
}

/** Offers alternatives to flip through. An empty list closes the bar. */
export interface AlternativesMessage extends About {
  readonly type: 'alternatives';
  /** Comes back in the answer. */
  readonly run: string;
  readonly items: readonly Alternative[];
  /** The stretch they differ in: it is what is heard. */
  readonly region: Interval;
}

/** The editor's selections (an empty one is a cursor), the main one first. */
export interface SelectionMessage extends About {
  readonly type: 'selection';
  readonly spans: readonly Span[];
  /** Whether the view may scroll to it. */
  readonly reveal: boolean;
}

/** How unlikely the network finds each note. An empty list takes the heat away. */
export interface SurpriseMessage extends About {
  readonly type: 'surprise';
  /** -log p in nats. */
  readonly notes: readonly { readonly span: Span; readonly nats: number }[];
}

/** The network's opinion of one cell. Pitches it gives next to nothing are left out. */
export interface ProbabilityCell {
  /** From the start of the piece, in the message's resolution. */
  readonly step: number;
  readonly voice: Voice;
  /** MIDI number that stands there, -1 for a rest, -2 for nothing. */
  readonly drawn: number;
  /** Pairs of MIDI number and probability, 0 to 1. */
  readonly odds: readonly (readonly [pitch: number, probability: number])[];
}

export interface ProbabilitiesMessage extends About {
  readonly type: 'probabilities';
  /** Steps in a whole note. */
  readonly resolution: number;
  /** First step, and the one after the last. */
  readonly from: number;
  readonly to: number;
  readonly cells: readonly ProbabilityCell[];
}

export type StaffLayout = 'source' | 'two' | 'four';
export type Sync = 'both' | 'text-to-preview' | 'preview-to-text' | 'off';
export type Instrument = 'choir' | 'organ' | 'piano';

/** Settings that the user made in the editor. What the panel's own controls change, the panel remembers. */
export interface SettingsMessage {
  readonly type: 'settings';
  readonly sync: Sync;
  readonly paper: boolean;
  readonly layout: StaffLayout;
  readonly instrument: Instrument;
}

export interface PlayMessage {
  readonly type: 'play';
  readonly what: 'all' | 'cursor' | 'selection' | 'stop';
  /** Heard alone, or null for all as the mixer has them. */
  readonly voice: Voice | null;
}

export type ExportKind = 'svg' | 'html' | 'wav';

/** Asks the panel for a picture, a page to print, or the sound. It answers with `exported`. */
export interface ExportMessage {
  readonly type: 'export';
  readonly kind: ExportKind;
}

/** A sentence for the panel's status line (and screen readers), or '' to clear it. */
export interface StatusMessage {
  readonly type: 'status';
  readonly text: string;
}

export type HostMessage =
  | DocumentMessage
  | ChangeMessage
  | ProgressMessage
  | AlternativesMessage
  | SelectionMessage
  | SurpriseMessage
  | ProbabilitiesMessage
  | SettingsMessage
  | PlayMessage
  | ExportMessage
  | StatusMessage;

/** The page stands, or knows nothing of what it is told; the host answers with settings and the document. */
export interface ReadyMessage {
  readonly type: 'ready';
}

/** Select this in the text. `focus`: the user asked to go there (double click or Enter), not only to mark it. */
export interface SelectMessage extends About {
  readonly type: 'select';
  readonly span: Span;
  readonly focus: boolean;
}

/** Select these bars in all voices. Indices into `Sheet.bars`, both included. */
export interface SelectBarsMessage extends About {
  readonly type: 'select-bars';
  readonly from: number;
  readonly to: number;
}

/** Keep an alternative, or (null) none. */
export interface ChooseMessage extends About {
  readonly type: 'choose';
  readonly run: string;
  readonly index: number | null;
}

/** The user wants the network's opinion of these bars (indices, both included), or wants it no more. */
export interface AskMessage extends About {
  readonly type: 'ask';
  readonly about: 'surprise' | 'probabilities';
  readonly wanted: boolean;
  readonly bars: { readonly from: number; readonly to: number } | null;
}

export type PanelCommand =
  | 'harmonize'
  | 'resample'
  | 'alternatives'
  | 'accept'
  | 'open'
  | 'lock'
  | 'pin'
  | 'cancel';

/** A button that runs one of the editor's commands on the text's selection. */
export interface CommandMessage extends About {
  readonly type: 'command';
  readonly name: PanelCommand;
}

export interface PlaybackMessage extends About {
  readonly type: 'playback';
  readonly state: 'playing' | 'paused' | 'stopped';
  readonly at: Tick;
}

/** SVG or HTML as it is; WAV in base64. */
export interface ExportedMessage extends About {
  readonly type: 'exported';
  readonly kind: ExportKind;
  readonly content: string;
}

/** Something in the panel went wrong that a log should know. */
export interface FailedMessage {
  readonly type: 'failed';
  readonly message: string;
}

/** The picture of this version stands (for tests and for measuring). */
export interface DrawnMessage extends About {
  readonly type: 'drawn';
  readonly milliseconds: number;
}

export type PanelMessage =
  | ReadyMessage
  | SelectMessage
  | SelectBarsMessage
  | ChooseMessage
  | AskMessage
  | CommandMessage
  | PlaybackMessage
  | ExportedMessage
  | FailedMessage
  | DrawnMessage;
