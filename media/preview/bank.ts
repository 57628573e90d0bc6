// The sounds: one file an instrument, cut into samples. Knows nothing of music beyond MIDI numbers.

export interface Sample {
  /** What it sounds when played as it is: a MIDI number with its hundredths. */
  readonly pitch: number;
  /** In frames of the file. Loop points are relative to `start`; 0 and 0 for a sound that dies away. */
  readonly start: number;
  readonly length: number;
  readonly loopStart: number;
  readonly loopEnd: number;
}

export interface Bank {
  /** Frames a second. */
  readonly rate: number;
  readonly instruments: Readonly<
    Record<string, { readonly file: string; readonly release: number; readonly samples: readonly Sample[] }>
  >;
}
