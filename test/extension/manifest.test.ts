// What package.json promises is in the source, and the other way about.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { json, root, sources } from './strings.ts';

interface Named {
  readonly command: string;
  readonly when?: string;
}

interface Step {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly markdown: string };
  readonly completionEvents: readonly string[];
}

interface Manifest {
  readonly icon: string;
  readonly l10n: string;
  readonly extensionKind: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly commands: readonly (Named & { readonly category: string })[];
    readonly menus: Readonly<Record<string, readonly Named[]>>;
    readonly keybindings: readonly Named[];
    readonly configuration: {
      readonly properties: Readonly<Record<string, { scope?: string; markdownDescription?: string }>>;
    };
    readonly walkthroughs: readonly { readonly steps: readonly Step[] }[];
    readonly languageModelTools: readonly {
      readonly name: string;
      readonly inputSchema: { readonly properties: object };
    }[];
  };
}

const manifest = json('package.json') as unknown as Manifest;
const { contributes } = manifest;
const words = json('package.nls.json');
const all = [...sources.values()].join('\n');
const matches = (pattern: RegExp): string[] => [...all.matchAll(pattern)].map(([, name]) => name!);

/** Commands by the names they are registered under; those of the marks are made from a list. */
const marks = /const MARKS[^=]*= \[([^\]]*)\]/.exec(all)?.[1]?.match(/\w+/g) ?? [];
const registered = new Set([
  ...matches(/registerCommand\(\s*'cantus\.(\w+)'/g),
  ...matches(/\bcommand\('(\w+)'/g),
  ...marks.map((mark) => `${mark}Selection`),
]);
const declared = contributes.commands.map(({ command }) => command.replace('cantus.', ''));

describe('commands', () => {
  it('are declared and registered, and neither without the other', () => {
    expect(registered.size).toBeGreaterThan(20);
    expect(declared.filter((name) => !registered.has(name))).toEqual([]);
    expect([...registered].filter((name) => !declared.includes(name))).toEqual([]);
  });

  it('have one category', () => {
    expect(new Set(contributes.commands.map(({ category }) => category))).toEqual(new Set(['Cantus']));
  });

  it('are there wherever a menu, a key, a walkthrough or the source names them', () => {
    const named = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(
      ({ command }) => command,
    );
    const clicked = [...JSON.stringify(words).matchAll(/\(command:(?:toSide:)?(cantus\.\w+)\)/g)].map(
      ([, name]) => name!,
    );
    const done = contributes.walkthroughs.flatMap(({ steps }) =>
      steps.flatMap(({ completionEvents }) =>
        completionEvents.map((event) => event.replace('onCommand:', '')),
      ),
    );
    const executed = matches(/executeCommand\(\s*'(cantus\.\w+)'/g);
    const missing = [...named, ...clicked, ...done, ...executed].filter(
      (name) => name.startsWith('cantus.') && !declared.includes(name.replace('cantus.', '')),
    );
    expect(missing).toEqual([]);
  });
});

describe('words', () => {
  const keys = [...readFileSync(join(root, 'package.json'), 'utf8').matchAll(/"%([\w.-]+)%"/g)].map(
    ([, key]) => key!,
  );

  it('are there for every key, and no others', () => {
    expect(keys.filter((key) => !(key in words))).toEqual([]);
    expect(Object.keys(words).filter((key) => !keys.includes(key))).toEqual([]);
  });
});

describe('settings', () => {
  const { properties } = contributes.configuration;

  /** What each file asks of the sections it opens, in the order of the text. */
  const asked = [...sources].flatMap(([file, source]) => {
    let section = '';
    const pattern =
      /getConfiguration\(\s*'([\w.]+)'|(?:settings|document\)|'\))\s*\.get(?:<[^(]*>)?\(\s*'([\w.]+)'/g;
    return [...source.matchAll(pattern)].flatMap(([, opened, name]) => {
      if (opened !== undefined) section = opened;
      return name === undefined || section === '' ? [] : [{ file, setting: `${section}.${name}` }];
    });
  });
  const cantus = asked.filter(({ setting }) => setting.startsWith('cantus.'));

  it('that the source reads are declared', () => {
    expect(cantus.length).toBeGreaterThan(10);
    expect(cantus.filter(({ setting }) => !(setting in properties))).toEqual([]);
  });

  it('that are declared are named somewhere in the source', () => {
    const unread = Object.keys(properties).filter((setting) => {
      const name = setting.replace('cantus.', '');
      const last = name.split('.').at(-1)!;
      return !all.includes(`'${name}'`) && !all.includes(`'${last}'`);
    });
    expect(unread).toEqual([]);
  });

  it('have a scope and a description in markdown', () => {
    for (const [name, { scope, markdownDescription }] of Object.entries(properties)) {
      expect(scope, name).toMatch(/^(window|resource|machine|machine-overridable)$/);
      expect(markdownDescription, name).toMatch(/^%.*%$/);
    }
  });

  it('that name a model or a program are restricted in folders that are not trusted', () => {
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    for (const name of ['cantus.model', 'cantus.modelFolders', 'cantus.runtime', 'cantus.gpuFolder'])
      expect(restrictedConfigurations).toContain(name);
    expect(restrictedConfigurations.filter((name) => !(name in properties))).toEqual([]);
  });
});

describe('files', () => {
  it('that the manifest names are there', () => {
    const named = [
      manifest.icon,
      manifest.l10n,
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
    ];
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });

  it('of the walkthrough are each a step', () => {
    const steps = contributes.walkthroughs.flatMap((walkthrough) =>
      walkthrough.steps.map(({ id }) => `${id}.md`),
    );
    expect(readdirSync(join(root, 'media/walkthrough')).sort()).toEqual(steps.sort());
  });
});

it('the tools are registered, and take what they say', () => {
  for (const { name, inputSchema } of contributes.languageModelTools) {
    expect(all).toContain(`'${name}'`);
    const input = /interface Input \{([^}]*)\}/.exec(sources.get('tool.ts') ?? '')?.[1] ?? '';
    const fields = [...input.matchAll(/readonly (\w+)\??:/g)].map(([, field]) => field);
    expect(fields.sort()).toEqual(Object.keys(inputSchema.properties).sort());
  }
});

it('computes where the files are', () => {
  expect(manifest.extensionKind).toEqual(['workspace']);
});
