// The model writer: bytes as the protocol buffer documentation gives them, and graphs that ONNX Runtime runs.

import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { Graph, MICROSOFT } from '../../src/engine/onnx/graph.ts';
import { ProtoWriter } from '../../src/engine/onnx/protobuf.ts';

const hex = (writer: ProtoWriter): string => Buffer.from(writer.finish()).toString('hex');

describe('protocol buffer messages', () => {
  it('are written as the format is documented', () => {
    expect(hex(new ProtoWriter().int(1, 150))).toBe('089601');
    expect(hex(new ProtoWriter().text(2, 'testing'))).toBe('120774657374696e67');
    expect(hex(new ProtoWriter().message(3, new ProtoWriter().int(1, 150)))).toBe('1a03089601');
    expect(hex(new ProtoWriter().int(1, -2))).toBe('08feffffffffffffffff01');
    expect(hex(new ProtoWriter().float(1, 1.5))).toBe('0d0000c03f');
    expect(hex(new ProtoWriter().int(20, 2 ** 35))).toBe('a001808080808001');
  });
});

describe('a graph', () => {
  it('runs, with constants, attributes of every kind, sizes left open and another domain', async () => {
    const graph = new Graph();
    const x = graph.input('x', ['n', 2]);
    const shifted = graph.node('Add', [x, graph.constant(Float32Array.of(1, 2), [2])]);
    const steep = graph.node('HardSigmoid', [shifted], { alpha: { float: 0.5 }, beta: { float: 0 } });
    const turned = graph.node('Transpose', [steep], { perm: [1, 0] });
    const product = graph.node('FusedMatMul', [turned, turned], { transB: 1 }, MICROSOFT);
    const [top, rest] = graph.nodeOf('Split', [product, graph.ints([1, 1])], 2, { axis: 0 });
    graph.output('sum', graph.node('Add', [top!, rest!]), [1, 2]);
    graph.output('none', graph.zeros([3]), [3]);
    const session = await ort.InferenceSession.create(graph.finish());
    const run = async (values: number[]) => {
      const out = await session.run({ x: new ort.Tensor('float32', values, [values.length / 2, 2]) });
      return [...(out.sum!.data as Float32Array)];
    };
    expect(await run([0, 0])).toEqual([0.75, 1.5]);
    expect(await run([0, 0, -1, -2])).toEqual([0.75, 1.5]);
    expect(graph.ints([3, 4])).toBe(graph.ints([3, 4]));
  });
});
