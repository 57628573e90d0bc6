// Writes into the README what the program itself says: `node scripts/readme.mjs`; with `--check` it only compares.
// test/readme.test.ts holds the README to it.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** What the program makes of an example, with these options. */
function harmonized(name, options) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'dist/cli.js'), 'harmonize', join(root, 'examples', name), ...options],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

const fenced = (text) => `\`\`\`abc\n${text.trimEnd()}\n\`\`\``;

/** The README with every `<!-- example: NAME OPTIONS -->` block as it should be. */
export function written(readme) {
  return readme.replace(/(<!-- example: (.+) -->\n)[\s\S]*?(<!-- \/example -->)/g, (_, begin, call, end) => {
    const [name, ...options] = call.split(' ');
    return [
      begin.trimEnd(),
      fenced(readFileSync(join(root, 'examples', name), 'utf8')),
      `\n\`cantus harmonize ${[`examples/${name}`, ...options].join(' ')}\`\n`,
      fenced(harmonized(name, options)),
      end,
    ].join('\n');
  });
}

if (process.argv[1] === import.meta.filename) {
  const path = join(root, 'README.md');
  const before = readFileSync(path, 'utf8');
  const after = written(before);
  if (process.argv.includes('--check')) process.exitCode = before === after ? 0 : 1;
  else writeFileSync(path, after);
}
