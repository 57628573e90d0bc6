// What a format could not carry, said once: in one message and in the output channel. Knows no format.

import * as vscode from 'vscode';

export async function announceLosses(
  log: vscode.LogOutputChannel,
  file: vscode.Uri,
  losses: readonly string[],
): Promise<void> {
  if (losses.length === 0) return;
  const name = vscode.workspace.asRelativePath(file);
  log.warn(`${name}: not carried over: ${losses.join(', ')}.`);
  const { phrase } = await import('./sentences.ts');
  const list = losses.map(phrase).join(', ');
  void vscode.window.showInformationMessage(vscode.l10n.t('{0}: not carried over: {1}.', name, list));
}
