// The library that packs and unpacks MIDI bytes, however the host loads it: as a module or as CommonJS, where Node
// sees a default export only.

import * as loaded from '@tonejs/midi';

type Library = typeof import('@tonejs/midi');

const namespace: Library & { readonly default?: Library } = loaded;
const fallback: keyof typeof namespace = 'default';

/** A MIDI file in memory. */
export const MidiFile: Library['Midi'] = namespace.Midi ?? namespace[fallback]?.Midi;
export type MidiFile = InstanceType<Library['Midi']>;
