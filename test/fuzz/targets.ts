// What is fuzzed: a table of ways to make input from real material and what must hold of it. A new target is a new row.

import { deflateRawSync } from 'node:zlib';
import { isAnswer, isReply, isRequest, isView, requestId } from '../../src/engine/arrival.ts';
import { EngineFailure } from '../../src/engine/failure.ts';
import { parametersOf, specOf, statisticsOf, totalSize } from '../../src/engine/network.ts';
import { crc32, headLength, readNetwork, readSpec, writeModel } from '../../src/engine/weights.ts';
import { hostMessage, panelMessage } from '../../src/extension/preview/validate.ts';
import { FORMATS } from '../../src/language/formats.ts';
import { ReadFailure } from '../../src/language/read/foreign.ts';
import { readMidi } from '../../src/language/read/midi.ts';
import { readMusicXml } from '../../src/language/read/musicxml.ts';
import { parse } from '../../src/language/read/parse.ts';
import { writeAbc } from '../../src/language/write/abc.ts';
import { writeMidi } from '../../src/language/write/midi.ts';
import { toMusicXml, toMxl } from '../../src/language/write/musicxml.ts';
import { openUnderMelody, viewOf, WISHES } from '../engine/tune.ts';
import { piece } from '../preview/piece.ts';
import { claim, fills, formats, readsBack, readsOn } from './claims.ts';
import { damageBytes, damageTune, damageValue, damageXml } from './damage.ts';
import { Dice } from './source.ts';

/** One kind of input. `chance` is a number that the check may choose by: the same input and number, the same check. */
export interface Target<T = never> {
  readonly name: string;
  readonly make: (tunes: readonly string[], dice: Dice) => T;
  /** Throws what must not be thrown. True: the input was refused, as it may be. */
  readonly check: (input: T, chance: number) => boolean;
}

export type Input = string | Uint8Array | { readonly message: unknown };

const row = <T extends Input>(target: Target<T>): Target<Input> => target as unknown as Target<Input>;

const onText = (name: string, check: (text: string, dice: Dice) => void): Target<Input> =>
  row<string>({
    name,
    make: damageTune,
    check: (text, chance) => {
      check(text, new Dice(chance));
      return false;
    },
  });

/** Whether it refuses, by the one kind of error that is meant for that. */
function refuses(read: () => unknown, kind: typeof ReadFailure | typeof EngineFailure): boolean {
  try {
    read();
    return false;
  } catch (error) {
    if (!(error instanceof kind)) throw error;
    if (error instanceof EngineFailure) claim(error.reason === 'bad-model', `refused as ${error.reason}`);
    claim(error.message.length > 10 && error.message.length < 600, `refused with "${error.message}"`);
    return true;
  }
}

const refusesMusic = (bytes: Uint8Array, read: typeof readMidi | typeof readMusicXml): boolean =>
  refuses(() => parse(writeAbc(read(bytes).score, { dialect: 'satb' }).content), ReadFailure);

const LONGEST_SOURCE = 4000;
const scoreFrom = (tunes: readonly string[], dice: Dice) =>
  parse(
    dice
      .one(tunes)
      .replace(/^%.*\n/gm, '')
      .slice(0, LONGEST_SOURCE),
  ).score;

const ENTITIES = `<!DOCTYPE a [<!ENTITY lol "lol">${Array.from(
  { length: 20 },
  (_, i) => `<!ENTITY l${i} "${`&l${i - 1};`.repeat(10)}">`,
).join('')}]>`;

/** XML of entities that grow tenfold twenty times, in front or further down, or in another encoding. */
function entityBomb(xml: string, dice: Dice): Uint8Array {
  const lead = dice.percent(50) ? '' : `<!--${' '.repeat(dice.below(200_000))}-->`;
  const text = `${lead}${ENTITIES}${xml.replace(/<work-title>/, '<work-title>&l19;')}`;
  return dice.percent(20) ? new Uint8Array(Buffer.from(`\uFEFF${text}`, 'utf16le')) : Buffer.from(text);
}

/** A zip of one file of so many megabytes of spaces, which says so or lies about it. */
function zipBomb(dice: Dice): Uint8Array {
  const name = Buffer.from(dice.one(['META-INF/container.xml', 'score.xml', 'a.musicxml']));
  const size = (1 + dice.below(dice.percent(10) ? 200 : 4)) * 1_000_000;
  const packed = deflateRawSync(Buffer.alloc(size, dice.one([' ', '<a>'])), { level: 1 });
  const said = dice.percent(50) ? size : dice.one([0, 1, 100, 50_000_000, 0xfffffff0]);
  const local = Buffer.alloc(30);
  const entry = Buffer.alloc(46);
  const end = Buffer.alloc(22);
  local.writeUInt32LE(0x04034b50, 0);
  entry.writeUInt32LE(0x02014b50, 0);
  end.writeUInt32LE(0x06054b50, 0);
  for (const [record, at] of [
    [local, 8],
    [entry, 10],
  ] as const) {
    record.writeUInt16LE(8, at);
    record.writeUInt32LE(packed.length, at + 10);
    record.writeUInt32LE(said, at + 14);
    record.writeUInt16LE(name.length, at + 18);
  }
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + packed.length, 16);
  return Buffer.concat([local, name, packed, entry, name, end]);
}

/** A MIDI file whose one note comes after so many ticks, or lasts so long. */
function lateMidi(dice: Dice): Uint8Array {
  const far = [0xff, 0xff, 0xff, 0x7f];
  const near = [dice.below(128)];
  const track = [
    ...(dice.percent(50) ? far : near),
    ...[0x90, 60, 80],
    ...(dice.percent(50) ? far : near),
    ...[0x80, 60, 0, 0, 0xff, 0x2f, 0],
  ];
  const head = [77, 84, 104, 100, 0, 0, 0, 6, 0, 0, 0, 1, dice.below(256), dice.below(256)];
  return Uint8Array.from([...head, 77, 84, 114, 107, 0, 0, 0, track.length, ...track]);
}

const spec = specOf('cantus', 8, { filters: 3, layers: 4, pitches: 9 });
const WEIGHTS = writeModel({
  spec,
  training: { data: ['made up'], pieces: 1, steps: 2, minutes: 3, seed: 4, figures: { masked: 0.5 } },
  weights: Float32Array.from({ length: totalSize(parametersOf(spec)) }, (_, i) => Math.sin(i)),
  statistics: Float32Array.from({ length: totalSize(statisticsOf(spec)) }, (_, i) => 1 + i / 7),
});

/** A header that says something else, with the checksum that belongs to it: what an attacker would write. */
function forgedWeights(dice: Dice): Uint8Array {
  const header = new TextDecoder().decode(WEIGHTS.subarray(16, headLength(WEIGHTS)));
  const parts = header.split(/(?<=[,:[\]{}])/);
  parts[dice.below(parts.length)] = dice.one([
    '-1,',
    '1e308,',
    'null,',
    '{},',
    '"x",',
    '4294967296,',
    '0,',
    '',
  ]);
  const text = Buffer.from(parts.join(''));
  const start = Buffer.from(WEIGHTS.subarray(0, 12));
  start.writeUInt32LE(text.length, 8);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(text, crc32(start)), 0);
  return Buffer.concat([start, checksum, text, WEIGHTS.subarray(headLength(WEIGHTS))]);
}

const grid = openUnderMelody(1);
const query = { model: null, resolution: 16 } as const;
const { reading } = piece({ bars: 2 });
const about = { uri: 'file:///a.satb', version: 3 };
const span = { start: 1, end: 4 };

/** One or two of every family of messages. */
const MESSAGES: readonly object[] = [
  { id: 2, kind: 'harmonize', query, grid, wishes: WISHES },
  { id: 3, kind: 'probabilities', query, views: [viewOf(grid)] },
  { id: 4, kind: 'progress', progress: { step: 1, of: 2, alternative: 0, pitch: new Int16Array(4) } },
  { id: 5, kind: 'failure', reason: 'cancelled', message: 'm', place: { step: 1, voice: 2 } },
  { id: 6, kind: 'cancel', target: 2 },
  { type: 'document', ...about, reading, trouble: { errors: 0, warnings: 0, first: null, broken: false } },
  { type: 'alternatives', ...about, run: 'r', items: [{ label: 'l', reading }], region: { from: 0, to: 4 } },
  { type: 'probabilities', ...about, resolution: 16, from: 0, to: 1, cells: [] },
  { type: 'select', ...about, span, focus: false },
  { type: 'ask', ...about, about: 'surprise', wanted: true, bars: { from: 0, to: 1 } },
];

/** Judges a message everywhere one may arrive; what is believed can be relied on. */
function judge(message: unknown): boolean {
  const verdicts: unknown[] = [isRequest(message), isReply(message), isView(message)];
  for (const kind of ['open-model', 'harmonize', 'probabilities', 'describe'] as const)
    verdicts.push(isAnswer(kind, message));
  const id = requestId(message);
  claim(id === null || Number.isSafeInteger(id), 'an id that is no number');
  if (isRequest(message) && message.kind === 'harmonize') {
    const { steps, pitch, candidates, weights, phase } = message.grid;
    claim(pitch.length === 4 * steps && phase.length === steps, 'a grid of two lengths');
    claim(
      candidates.every((set) => set < weights.length),
      'candidates that do not exist',
    );
  }
  for (const check of [hostMessage, panelMessage]) {
    const checked = check(message);
    claim(checked === null || checked === message, 'a message that became another');
    verdicts.push(checked !== null);
  }
  return !verdicts.some((verdict) => verdict === true);
}

const ALL_ROWS: readonly Target<Input>[] = [
  onText('read', readsBack),
  onText('read on', (text, dice) => readsOn(damageTune([text], dice), text)),
  onText('format', formats),
  onText('fill', fills),
  onText('convert', (text) => {
    const { score } = parse(text);
    for (const format of FORMATS) if (score.bars.length > 0) format.write(score);
  }),
  row<Uint8Array>({
    name: 'midi',
    make: (tunes, dice) =>
      dice.percent(10) ? lateMidi(dice) : damageBytes(writeMidi(scoreFrom(tunes, dice)), dice),
    check: (bytes) => refusesMusic(bytes, readMidi),
  }),
  row<Uint8Array>({
    name: 'musicxml',
    make: (tunes, dice) => {
      const xml = toMusicXml(scoreFrom(tunes, dice)).content;
      if (dice.percent(10)) return entityBomb(xml, dice);
      return dice.percent(70) ? Buffer.from(damageXml(xml, dice)) : damageBytes(Buffer.from(xml), dice);
    },
    check: (bytes) => refusesMusic(bytes, readMusicXml),
  }),
  row<Uint8Array>({
    name: 'mxl',
    make: (tunes, dice) =>
      dice.percent(20) ? zipBomb(dice) : damageBytes(toMxl(scoreFrom(tunes, dice)).content, dice),
    check: (bytes) => refusesMusic(bytes, readMusicXml),
  }),
  row<Uint8Array>({
    name: 'weights',
    make: (_, dice) => (dice.percent(50) ? forgedWeights(dice) : damageBytes(WEIGHTS, dice)),
    check: (bytes) => {
      const refused = refuses(() => readNetwork(bytes), EngineFailure);
      refuses(() => readSpec(bytes.subarray(0, headLength(bytes))), EngineFailure);
      return refused;
    },
  }),
  row<{ readonly message: unknown }>({
    name: 'messages',
    make: (_, dice) => ({
      message: dice.often<unknown>(dice.one(MESSAGES), 3, (now) => damageValue(now, dice)),
    }),
    check: ({ message }) => judge(message),
  }),
];

export const TARGETS: readonly Target<Input>[] = ALL_ROWS;
