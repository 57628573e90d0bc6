// Findings and failures in the user's language: as sentences where these have a translation, else by name with the
// core's English behind it. Loaded when there is something to say.

import * as vscode from 'vscode';
import type { EngineFailure, FailureReason } from '../engine/failure.ts';
import type { Problem } from '../language/problem.ts';
import { failureSentence, findingSentence } from './sentences.ts';

/** By the code of a finding. */
const FINDINGS: Readonly<Record<string, string>> = {
  'no-music': vscode.l10n.t('No music'),
  'missing-field': vscode.l10n.t('A field is missing in the header'),
  'bad-field': vscode.l10n.t('A field without a usable value'),
  'text-after-tune': vscode.l10n.t('Text after the end of the tune'),
  'more-tunes': vscode.l10n.t('More than one tune'),
  'more-voices': vscode.l10n.t('More than four voices'),
  'voice-missing': vscode.l10n.t('A voice is missing'),
  'voice-short': vscode.l10n.t('A voice has gaps'),
  'bar-length': vscode.l10n.t('A bar of the wrong length in one voice'),
  'bar-line-missing': vscode.l10n.t('A bar line is missing'),
  'bar-metre': vscode.l10n.t('A bar against the metre'),
  'bad-length': vscode.l10n.t('An impossible length'),
  'dangling-tie': vscode.l10n.t('A tie that leads nowhere'),
  'out-of-range': vscode.l10n.t('A note out of the voice’s range'),
  'open-off-grid': vscode.l10n.t('An open note off the grid'),
  'contradictory-candidates': vscode.l10n.t('Constraints that contradict each other'),
  'portable-open': vscode.l10n.t('An open note that other programs pass over'),
  'unknown-directive': vscode.l10n.t('An unknown directive'),
  'bad-directive': vscode.l10n.t('A directive without a usable value'),
  overlay: vscode.l10n.t('Voices within a voice'),
  'unclosed-chord': vscode.l10n.t('A chord that is not closed'),
  'unclosed-quote': vscode.l10n.t('A quotation that is not closed'),
  'unclosed-grace': vscode.l10n.t('Grace notes that are not closed'),
  'unclosed-decoration': vscode.l10n.t('A decoration that is not closed'),
  'unknown-token': vscode.l10n.t('Something that is no music'),
  'parallel-fifths': vscode.l10n.t('Parallel fifths'),
  'parallel-octaves': vscode.l10n.t('Parallel octaves or unisons'),
  'contrary-perfects': vscode.l10n.t('Fifths or octaves by contrary motion'),
  'hidden-fifths': vscode.l10n.t('Hidden fifths'),
  'hidden-octaves': vscode.l10n.t('Hidden octaves'),
  'voice-crossing': vscode.l10n.t('Voice crossing'),
  'voice-overlap': vscode.l10n.t('Overlap of neighbouring voices'),
  'wide-spacing': vscode.l10n.t('More than an octave between upper voices'),
  'augmented-leap': vscode.l10n.t('Augmented melodic interval'),
  'large-leap': vscode.l10n.t('Large leap'),
  'unresolved-leading-tone': vscode.l10n.t('Unresolved leading tone'),
  'falling-leading-tone': vscode.l10n.t('Falling leading tone'),
  'doubled-leading-tone': vscode.l10n.t('Doubled leading tone'),
};

/** Nobody has to be told of a run that was cancelled. */
const FAILURES: Readonly<Record<Exclude<FailureReason, 'cancelled'>, string>> = {
  'no-model': vscode.l10n.t('No network was found that fits this piece.'),
  'bad-model': vscode.l10n.t('The network’s file cannot be used.'),
  'no-runtime': vscode.l10n.t('Nothing on this machine can run the network.'),
  'runtime-failed': vscode.l10n.t(
    'The engine stopped; your text is as it was. Run it again, and the engine starts anew.',
  ),
  unsatisfiable: vscode.l10n.t('What is open here cannot be filled: its constraints contradict each other.'),
  'nothing-open': vscode.l10n.t('Nothing is open here.'),
};

const isEnglish = (): boolean => vscode.l10n.bundle === undefined;

/** @example findingText(finding) // in German 'Quintparallelen zwischen Sopran und Bass, …' */
export function findingText({ code, message }: Pick<Problem, 'code' | 'message'>): string {
  const name = Object.hasOwn(FINDINGS, code) ? FINDINGS[code] : undefined;
  if (isEnglish() || name === undefined) return message;
  return findingSentence(code, message) ?? `${name}\n${message}`;
}

/** What a user is told of a failure. */
export function failureText({ reason, message }: EngineFailure): string {
  if (isEnglish() || reason === 'cancelled') return message;
  return failureSentence(message) ?? `${FAILURES[reason]} (${message})`;
}
