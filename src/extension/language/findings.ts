// All that is to be said about a document: what its reader found, and what the rules of voice leading find, as
// severe as the settings allow. Knows nothing of how it is shown or mended.

import * as vscode from 'vscode';
import type { Judgement } from '../../language/analyse/rules.ts';
import type { Problem, Severity } from '../../language/problem.ts';
import type { Parsed } from '../../language/read/parse.ts';
import type { Scores } from '../scores.ts';

/** A problem, and whether drawing its notes again may mend it. */
export interface Finding extends Problem {
  readonly voiceLeading: boolean;
}

/** From what stops to what only hints. */
const ORDER: readonly Severity[] = ['error', 'warning', 'information', 'hint'];
const PROFILES = ['bach', 'strict'] as const;

const milder = (a: Severity, b: Severity): Severity => (ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b);

export class Findings {
  /** A score is judged once for each way of judging. */
  readonly #judged = new WeakMap<Parsed, { readonly by: string; readonly findings: readonly Finding[] }>();
  /** What the rules said last: the next judgement goes on from there. */
  readonly #last = new WeakMap<vscode.TextDocument, Judgement>();

  constructor(private readonly scores: Scores) {}

  /** Everything found in the document's present text, in no particular order. */
  async of(document: vscode.TextDocument): Promise<readonly Finding[]> {
    const parsed = await this.scores.of(document);
    const settings = vscode.workspace.getConfiguration('cantus.rules', document);
    const limit = ORDER.find((severity) => severity === settings.get('severity', 'information'));
    const profile = PROFILES.find((name) => name === settings.get('profile'));
    const by = `${limit} ${profile}`;
    const known = this.#judged.get(parsed);
    if (known?.by === by) return known.findings;
    const plain = parsed.problems.map((problem): Finding => ({ ...problem, voiceLeading: false }));
    const findings =
      limit === undefined ? plain : [...plain, ...(await this.#judge(document, parsed, limit, profile))];
    this.#judged.set(parsed, { by, findings });
    return findings;
  }

  /** Voice leading. Without a profile the text's own `%%cantus:rules` says which rules there are. */
  async #judge(
    document: vscode.TextDocument,
    { score }: Parsed,
    limit: Severity,
    profile: (typeof PROFILES)[number] | undefined,
  ): Promise<Finding[]> {
    const { judge } = await import('../../language/analyse/rules.ts');
    const judgement = judge(score, profile, this.#last.get(document));
    this.#last.set(document, judgement);
    return judgement.problems.map((problem) => ({
      ...problem,
      severity: milder(problem.severity, limit),
      voiceLeading: true,
    }));
  }
}
