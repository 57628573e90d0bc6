// The panel's words in the user's language. The editor puts its translations into the page, English words as their
// keys; what has none stays English.

const field = globalThis.document?.body.dataset.words;
const translations = new Map<string, unknown>(field ? Object.entries(JSON.parse(field)) : []);

/** @example t('Bar {0}', 3) // 'Bar 3', or 'Takt 3' */
export function t(text: string, ...values: readonly (string | number)[]): string {
  const known = translations.get(text);
  const said = typeof known === 'string' ? known : text;
  return said.replace(/\{(\d)\}/g, (place, index: string) => String(values[Number(index)] ?? place));
}
