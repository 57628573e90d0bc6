// Models on disk: which there are, which one is meant, and opening it. A model is a folder with a weights file; its
// name is the folder's. Knows files and runtimes, nothing of music.

import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';
import type { Resolution } from '../language/roll.ts';
import { defaultThreads } from './cores.ts';
import { EngineFailure } from './failure.ts';
import type { Opened, Opener } from './local.ts';
import { foldNetwork, type NetworkSpec } from './network.ts';
import type { Query, Settings } from './protocol.ts';
import { CANDIDATES } from './runtimes/candidates.ts';
import { type Candidate, chooseRuntime } from './runtimes/choose.ts';
import { crc32, HEAD_START, headLength, type Model, readModel, readSpec } from './weights.ts';

const WEIGHTS = 'weights.bin';
/** The largest preset takes 20 MB; nothing near this is a model. */
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_HEAD = 1024 * 1024;
/** Names the folder of tfjs-node-gpu where no setting does. */
const GPU_FOLDER = 'CANTUS_TFJS_GPU';

export interface FoundModel {
  readonly name: string;
  readonly directory: string;
  /** null where the file is not a model's: it is listed, so that a user learns what is wrong with it. */
  readonly spec: NetworkSpec | null;
}

/** All models in these folders, in their order, then by name. A folder that is itself a model counts, too. */
export function findModels(folders: readonly string[]): readonly FoundModel[] {
  return folders.flatMap((folder) =>
    [folder, ...subfolders(folder)].filter(hasWeights).map((directory) => ({
      name: basename(resolve(directory)),
      directory,
      spec: specIn(directory),
    })),
  );
}

function subfolders(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => join(folder, entry.name))
      .sort();
  } catch {
    return [];
  }
}

function hasWeights(directory: string): boolean {
  return statSync(join(directory, WEIGHTS), { throwIfNoEntry: false })?.isFile() ?? false;
}

/** What a model describes, from the head of its file; null where that is not a model's. */
function specIn(directory: string): NetworkSpec | null {
  try {
    const file = openSync(join(directory, WEIGHTS), 'r');
    try {
      const start = new Uint8Array(HEAD_START);
      readSync(file, start, 0, HEAD_START, 0);
      const head = new Uint8Array(Math.min(headLength(start), MOST_HEAD));
      readSync(file, head, 0, head.length, 0);
      return readSpec(head);
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

/**
 * The directory of the model that is meant.
 *
 * @throws EngineFailure `no-model` where there is none, or where a directory is named and may not be
 */
export function locateModel(query: Query, settings: Settings): string {
  const { model, resolution } = query;
  if (model !== null && isPath(model)) return locatePath(model, settings);
  const found = findModels(settings.modelDirectories);
  if (model !== null) {
    const named = found.find(({ name }) => name === model);
    if (named !== undefined) return named.directory;
    throw new EngineFailure('no-model', `There is no model "${model}". ${listed(found)}`);
  }
  const fitting = found.find(({ spec }) => spec?.resolution === resolution);
  if (fitting !== undefined) return fitting.directory;
  throw new EngineFailure('no-model', `There is no model for a grid of 1/${resolution}. ${listed(found)}`);
}

/** Names have no separators; whatever has one, or leads up, is a place on the disk. */
const isPath = (model: string): boolean =>
  /[\\/]/.test(model) || model === '.' || model === '..' || isAbsolute(model);

function locatePath(path: string, settings: Settings): string {
  if (!settings.anyDirectory)
    throw new EngineFailure(
      'no-model',
      `The model "${path}" is named by its folder, which is allowed in trusted workspaces only. Trust this one, or name a model without slashes.`,
    );
  const directory = resolve(path);
  if (hasWeights(directory)) return directory;
  throw new EngineFailure('no-model', `There is no model in "${path}": the folder has no ${WEIGHTS}.`);
}

function listed(found: readonly FoundModel[]): string {
  const usable = found.filter(({ spec }) => spec !== null);
  if (usable.length === 0) return 'None was found at all: check the setting that names the folder of models.';
  return `There are: ${usable.map(({ name, spec }) => `${name} (1/${spec!.resolution})`).join(', ')}.`;
}

/** Opens models from disk on the first runtime of `candidates` that works, and calls `settled` after each attempt. */
export function modelOpener(
  candidates: readonly Candidate[] = CANDIDATES,
  settled: () => unknown = () => {},
): Opener {
  return {
    stamp(query, settings) {
      const directory = locateModel(query, settings);
      const { mtimeMs, size } = statSync(join(directory, WEIGHTS));
      return `${directory} ${mtimeMs} ${size}`;
    },
    open: (query, settings) => openModel(query, settings, candidates).finally(() => settled()),
  };
}

/**
 * Reads, checks and starts a model.
 *
 * @throws EngineFailure `no-model`, `bad-model`, `no-runtime`
 */
export async function openModel(
  query: Query,
  settings: Settings,
  candidates: readonly Candidate[] = CANDIDATES,
): Promise<Opened> {
  const begun = performance.now();
  const directory = locateModel(query, settings);
  const name = basename(directory);
  const { checksum, model } = readChecked(directory, name);
  const { spec } = model;
  if (spec.resolution !== query.resolution) throw wrongGrid(name, spec.resolution, query.resolution);
  const network = foldNetwork(spec, model.weights, model.statistics);
  const { threads, runtime, gpuFolder } = settings;
  const choosing = {
    runtime,
    threads: threads ?? defaultThreads(),
    gpuFolder: gpuFolder ?? process.env[GPU_FOLDER] ?? null,
  };
  const { started, report } = await chooseRuntime(network, choosing, candidates);
  return {
    predict: started.predict,
    dispose: started.dispose,
    report: {
      name,
      directory,
      resolution: spec.resolution,
      lowest: spec.lowest,
      pitches: spec.pitches,
      checksum,
      runtime: report,
      seconds: (performance.now() - begun) / 1000,
    },
  };
}

/** The model and the CRC-32 of its whole file, in hexadecimal. */
function readChecked(directory: string, name: string): { readonly model: Model; readonly checksum: string } {
  const file = join(directory, WEIGHTS);
  try {
    if (statSync(file).size > MOST_BYTES) throw new Error('it is far too large');
    const bytes = readFileSync(file);
    return { model: readModel(bytes), checksum: crc32(bytes).toString(16).padStart(8, '0') };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EngineFailure(
      'bad-model',
      `The model "${name}" cannot be used. ${why} Copy it anew, or choose another one. (${file})`,
    );
  }
}

const wrongGrid = (name: string, has: Resolution, wanted: Resolution): EngineFailure =>
  new EngineFailure(
    'no-model',
    `The model "${name}" is for a grid of 1/${has}, the piece has 1/${wanted}: write %%cantus:grid 1/${has}, or choose another model.`,
  );
