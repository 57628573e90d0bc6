// The line to the extension: typed messages out, checked messages in, and what the panel remembers over a reload.

import type { HostMessage, PanelMessage } from '../../src/extension/preview/messages.ts';
import { hostMessage } from '../../src/extension/preview/validate.ts';

interface CodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): CodeApi;

const api = acquireVsCodeApi();

export const post = (message: PanelMessage): void => api.postMessage(message);
export const remembered = (): unknown => api.getState();
export const remember = (state: unknown): void => api.setState(state);

/** Calls back for each message that has the shape of one; others are reported and dropped. */
export function listen(receive: (message: HostMessage) => void): void {
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const message = hostMessage(event.data);
    if (message) receive(message);
    else post({ type: 'failed', message: 'A message from the editor had the wrong shape and was ignored.' });
  });
}
