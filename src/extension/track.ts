// What happens to a document while something is computed from it: moves edits along with changes elsewhere, and
// tells when a change makes them void. Knows neither music nor engines.

import * as vscode from 'vscode';
import type { Span, TextEdit } from '../language/problem.ts';

/** A replaced stretch, in offsets before the change, and the length of what came instead. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly length: number;
}

/**
 * The region after a change elsewhere; null when the change touches it. Text that is typed right before or right
 * behind the region leaves it alone; an insertion inside does not.
 */
export function moved(region: Span, { start, end, length }: Change): Span | null {
  if (start >= region.end && !(start === region.start && start === end)) return region;
  if (end <= region.start) {
    const by = length - (end - start);
    return { start: region.start + by, end: region.end + by };
  }
  return null;
}

/** Follows one region of a document from now on. */
export class Track implements vscode.Disposable {
  readonly #listener: vscode.Disposable;
  readonly #changes: Change[] = [];

  constructor(private readonly document: vscode.TextDocument) {
    this.#listener = vscode.workspace.onDidChangeTextDocument((change) => {
      if (change.document !== this.document) return;
      // Several changes of one event are all in offsets before it; from the last to the first they do not disturb
      // each other.
      const latestFirst = [...change.contentChanges].sort((a, b) => b.rangeOffset - a.rangeOffset);
      for (const { rangeOffset, rangeLength, text } of latestFirst) {
        this.#changes.push({ start: rangeOffset, end: rangeOffset + rangeLength, length: text.length });
      }
    });
  }

  /** Whether anything was changed since. */
  get changed(): boolean {
    return this.#changes.length > 0;
  }

  /** The edits where they belong now; null when a change touched one of the regions they were computed from. */
  follow(edits: readonly TextEdit[], regions: readonly Span[]): TextEdit[] | null {
    const stays = (span: Span): Span | null =>
      this.#changes.reduce<Span | null>((at, change) => at && moved(at, change), span);
    if (regions.some((region) => stays(region) === null)) return null;
    const followed: TextEdit[] = [];
    for (const edit of edits) {
      const span = stays(edit.span);
      if (span === null) return null;
      followed.push({ span, newText: edit.newText });
    }
    return followed;
  }

  dispose(): void {
    this.#listener.dispose();
  }
}
