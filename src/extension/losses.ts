// What a format could not carry, said once: in one message and in the output channel. Knows no format.

import * as vscode from 'vscode';

export function announceLosses(
  log: vscode.LogOutputChannel,
  file: vscode.Uri,
  losses: readonly string[],
): void {
  if (losses.length === 0) return;
  const name = vscode.workspace.asRelativePath(file);
  const list = losses.join(', ');
  log.warn(`${name}: not carried over: ${list}.`);
  void vscode.window.showInformationMessage(vscode.l10n.t('{0}: not carried over: {1}.', name, list));
}
