// The licences of what ships: of everything that the bundles take in, and none that forbids it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'THIRD_PARTY_NOTICES.md'), 'utf8');

test('the notices name everything that ships, as it is installed', async () => {
  const script: string = join(root, 'scripts/notices.mjs');
  const { notices } = await import(script);
  expect(text).toBe(await notices());
}, 60_000);

test('every licence allows shipping', () => {
  const licences = [...text.matchAll(/^\| [^|]+ \| [\d.]+ \| ([^|]+) \|$/gm)].map(([, licence]) => licence);
  expect(licences.length).toBeGreaterThan(10);
  expect(
    licences.filter((licence) => !/^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD)$/.test(licence ?? '')),
  ).toEqual([]);
});
