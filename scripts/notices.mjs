// The licences of everything that ships and is not ours: `node scripts/notices.mjs [--check]` writes
// THIRD_PARTY_NOTICES.md from what the bundles really take in, or ends with 1 where it is not up to date.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { bundles } from './build.mjs';

const root = resolve(import.meta.dirname, '..');
const file = join(root, 'THIRD_PARTY_NOTICES.md');

/** Shipped beside the bundles, in the folders of their own. */
const WHOLE = ['onnxruntime-node', 'onnxruntime-common'];
/** Its words are long and always the same: packages that bring none share those of one that does. */
const APACHE = 'Apache-2.0';

/** Folders of the packages that the shipped bundles contain. */
async function packagesIn(names) {
  const found = new Set(WHOLE.map((name) => `node_modules/${name}`));
  for (const name of names) {
    const { metafile } = await build({
      ...bundles[name],
      absWorkingDir: root,
      metafile: true,
      write: false,
      sourcemap: false,
      logLevel: 'warning',
    });
    for (const { inputs } of Object.values(metafile.outputs))
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
        if (folder && bytesInOutput > 0) found.add(folder);
      }
  }
  return [...found].sort();
}

/** The words of a package's licence; null where it brings none. */
function wordsOf(folder) {
  const name = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry));
  return name ? readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim() : null;
}

/** Name, version, licence and words of a package. Throws where it says nothing of a licence. */
function about(folder) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const { name, version, license, author, homepage } = manifest;
  if (typeof license !== 'string') throw new Error(`${name} names no licence`);
  const by = typeof author === 'string' ? author : author?.name;
  return { name, version, license, by, homepage, words: wordsOf(join(root, folder)) };
}

export async function notices() {
  const packages = (await packagesIn(['extension', 'engine', 'preview'])).map(about);
  const rows = packages.map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`);
  /** The same words are printed once. */
  const texts = new Map();
  for (const { name, license, by, words } of packages) {
    const text = words ?? (license === APACHE ? 'apache' : `${license} licence${by ? `, by ${by}` : ''}.`);
    texts.set(text, [...(texts.get(text) ?? []), name]);
  }
  const apache = [...texts.keys()].find((text) => /Apache License\s+Version 2\.0/.test(text));
  if (apache && texts.has('apache')) {
    texts.set(apache, [...texts.get(apache), ...texts.get('apache')]);
    texts.delete('apache');
  } else if (texts.has('apache')) {
    texts.set(
      'Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0',
      texts.get('apache'),
    );
    texts.delete('apache');
  }
  const sections = [...texts].map(([text, names]) => `## ${names.join(', ')}\n\n\`\`\`text\n${text}\n\`\`\``);
  return [
    '# What Cantus brings that others wrote',
    'Written by `node scripts/notices.mjs` from what the bundles contain. The sounds have a notice of their own, `media/sound/NOTICE`; what a network was trained on stands in the card beside its weights.',
    ['| package | version | licence |', '| --- | --- | --- |', ...rows].join('\n'),
    ...sections,
    '',
  ].join('\n\n');
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  const text = await notices();
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error('THIRD_PARTY_NOTICES.md is not up to date: node scripts/notices.mjs');
    process.exit(1);
  }
}
