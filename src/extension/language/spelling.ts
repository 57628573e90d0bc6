// Pitches and probabilities as words, for hovers and code actions.

import * as vscode from 'vscode';
import { type Key, pitchName } from '../../language/pitch.ts';
import { spellings } from '../../language/write/spell.ts';

/** @example pitchNameIn(66, keyOf({ letter: 4, alter: 0 }, 'major')) // 'F#4' */
export const pitchNameIn = (midi: number, key: Key): string =>
  pitchName(spellings(midi, { key, near: [], next: null })[0]!);

/** @example oddsText(0.314) // '31 %'; what is rarer than one in a hundred: 'less than 1 %' */
export const oddsText = (probability: number): string =>
  probability < 0.01 ? vscode.l10n.t('less than 1 %') : `${Math.round(100 * probability)} %`;
