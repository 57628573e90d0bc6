// The preview's page before any script runs: an empty body under a strict policy. Knows no editor.

/** Where the page finds its parts: addresses that a webview may load. */
export interface Parts {
  readonly script: string;
  readonly style: string;
  /** Folder of the sounds, without a slash at its end. */
  readonly sounds: string;
  /** What a content-security-policy calls this webview's own files. */
  readonly source: string;
  /** Fresh for each page. */
  readonly nonce: string;
  /** Of the words, as HTML names it: `de`. */
  readonly language: string;
  /** What the page says, by its English words; what is missing stays English. */
  readonly words: Readonly<Record<string, string>>;
}

/** abcjs puts this one rule into every picture; its hash lets it in without letting in any other. */
export const ENGRAVER_STYLE = [
  '.abcjs-dragging-in-progress text, .abcjs-dragging-in-progress tspan {-webkit-touch-callout: none;',
  '-webkit-user-select: none;',
  '-khtml-user-select: none;',
  '-moz-user-select: none;',
  '-ms-user-select: none;',
  'user-select: none;}',
].join(' ');
const ENGRAVER_STYLE_HASH = 'sha256-BCpnf71gZdCsSCHDzyB1RsBbZ0qQdqseK6v+yJsgg30=';

export function policy({ source, nonce }: Pick<Parts, 'source' | 'nonce'>): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source} '${ENGRAVER_STYLE_HASH}'`,
    `font-src ${source}`,
    `connect-src ${source}`,
  ].join('; ');
}

const quoted = (text: string): string =>
  text.replace(
    /[&<>"]/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign,
  );

export function pageHtml(parts: Parts): string {
  return `<!doctype html>
<html lang="${quoted(parts.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${quoted(policy(parts))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cantus preview</title>
<link rel="stylesheet" href="${quoted(parts.style)}">
</head>
<body data-sounds="${quoted(parts.sounds)}" data-words="${quoted(JSON.stringify(parts.words))}">
<script nonce="${quoted(parts.nonce)}" src="${quoted(parts.script)}"></script>
</body>
</html>
`;
}
