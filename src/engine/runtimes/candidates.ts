// The runtimes there are, best first, each with what speaks for it. Knows how each is started, not which one wins.

import type { FoldedNetwork } from '../network.ts';
import type { RuntimeName } from '../protocol.ts';
import type { Candidate, Choosing, Started } from './choose.ts';
import { startOnnx } from './onnx.ts';
import { startNodeGpu } from './tfjs-node-gpu.ts';
import { startWasm } from './tfjs-wasm.ts';

/** ONNX Runtime on one of its execution providers. */
function onnx(
  runtime: RuntimeName,
  provider: string,
  device: string,
  merit: string,
  automatic = false,
): Candidate {
  const onCpu = provider === 'cpu';
  return {
    runtime,
    merit,
    automatic,
    async start(network: FoldedNetwork, { threads }: Choosing): Promise<Started> {
      const used = onCpu ? threads : 1;
      const { predict, close } = await startOnnx(network, { threads: used, providers: [provider] });
      return { predict, device, threads: used, dispose: close };
    },
  };
}

export const CANDIDATES: readonly Candidate[] = [
  {
    runtime: 'tfjs-node-gpu',
    merit: 'it is installed and has a GPU',
    automatic: true,
    start: (network, { gpuFolder }) => startNodeGpu(network, gpuFolder),
  },
  onnx('onnx', 'cpu', 'CPU (ONNX Runtime)', 'the fastest on this processor', true),
  onnx('onnx-cuda', 'cuda', 'GPU (CUDA, ONNX Runtime)', 'a GPU by CUDA'),
  onnx('onnx-webgpu', 'webgpu', 'GPU (WebGPU, ONNX Runtime)', 'a GPU by WebGPU'),
  onnx('onnx-directml', 'dml', 'GPU (DirectML, ONNX Runtime)', 'a GPU by DirectML'),
  onnx('onnx-coreml', 'coreml', 'GPU or Neural Engine (Core ML, ONNX Runtime)', "Apple's accelerators"),
  {
    runtime: 'tfjs-wasm',
    merit: 'nothing faster works here; it needs nothing native',
    automatic: true,
    start: (network) => startWasm(network),
  },
];
