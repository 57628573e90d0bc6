// What of abcjs's inside is used here: its types tell of the outside only.

declare module 'abcjs/src/write/engraver-controller.js' {
  export default class EngraverController {
    constructor(host: HTMLElement, params: Readonly<Record<string, unknown>>);
    setupTune(tune: unknown, number: number): number;
    engraveABC(tune: unknown, number: number, lineOffset: number): void;
    readonly engraver: unknown;
    readonly renderer: {
      readonly y: number;
      readonly padding: Readonly<Record<'top' | 'bottom' | 'left' | 'right', number>>;
      readonly spacing: { readonly music: number; readonly staffSeparation: number };
      readonly paper: { readonly svg: SVGSVGElement };
    };
  }
}
