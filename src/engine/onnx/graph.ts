// An ONNX model, built node by node and written as bytes. Knows ONNX's containers; the meaning of the operators is
// the caller's. Field numbers: onnx.proto3, IR version 8, operator set 18.

import { ProtoWriter } from './protobuf.ts';

export type Dimension = number | string;
export type ElementType = 'float32' | 'int64';
const ELEMENT_CODE: Record<ElementType, number> = { float32: 1, int64: 7 };
const ATTRIBUTE = { float: 1, int: 2, text: 3, ints: 7 } as const;
const IR_VERSION = 8;
const OPERATOR_SET = 18;

export type Attribute = number | string | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

/** Microsoft's extra operators of ONNX Runtime. */
export const MICROSOFT = 'com.microsoft';
/** The blocked layout of ONNX Runtime's CPU convolutions. */
export const BLOCKED = 'com.microsoft.nchwc';

function attribute(name: string, value: Attribute): ProtoWriter {
  const out = new ProtoWriter().text(1, name);
  if (typeof value === 'number') return out.int(3, value).int(20, ATTRIBUTE.int);
  if (typeof value === 'string') return out.text(4, value).int(20, ATTRIBUTE.text);
  if ('float' in value) return out.float(2, value.float).int(20, ATTRIBUTE.float);
  for (const each of value) out.int(8, each);
  return out.int(20, ATTRIBUTE.ints);
}

function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): ProtoWriter {
  const dims = new ProtoWriter();
  for (const dim of shape) {
    const one = new ProtoWriter();
    dims.message(1, typeof dim === 'number' ? one.int(1, dim) : one.text(2, dim));
  }
  const tensor = new ProtoWriter().int(1, ELEMENT_CODE[type]).message(2, dims);
  return new ProtoWriter().text(1, name).message(2, new ProtoWriter().message(1, tensor));
}

/** A graph under construction. Values are known by name; the names are made here. */
export class Graph {
  private readonly nodes: ProtoWriter[] = [];
  private readonly initializers: ProtoWriter[] = [];
  private readonly inputs: ProtoWriter[] = [];
  private readonly outputs: ProtoWriter[] = [];
  private readonly constants = new Map<string, string>();
  private readonly domains = new Set<string>();
  private count = 0;

  private fresh(): string {
    this.count += 1;
    return `t${this.count}`;
  }

  input(name: string, shape: readonly Dimension[]): string {
    this.inputs.push(valueInfo(name, 'float32', shape));
    return name;
  }

  /** A constant tensor; equal ones are not merged. */
  constant(values: Float32Array, shape: readonly number[]): string {
    return this.initializer(
      'float32',
      shape,
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
  }

  /** A list of whole numbers (shapes, axes); equal lists share one tensor. */
  ints(values: readonly number[]): string {
    const key = values.join();
    const known = this.constants.get(key);
    if (known) return known;
    const wide = BigInt64Array.from(values, BigInt);
    const name = this.initializer('int64', [values.length], new Uint8Array(wide.buffer));
    this.constants.set(key, name);
    return name;
  }

  /** A tensor of zeros; equal shapes share one. */
  zeros(shape: readonly number[]): string {
    const key = `zeros ${shape.join()}`;
    const known = this.constants.get(key);
    if (known) return known;
    const size = shape.reduce((a, b) => a * b, 1);
    const name = this.constant(new Float32Array(size), shape);
    this.constants.set(key, name);
    return name;
  }

  private initializer(type: ElementType, shape: readonly number[], raw: Uint8Array): string {
    const name = this.fresh();
    const tensor = new ProtoWriter();
    for (const dim of shape) tensor.int(1, dim);
    this.initializers.push(tensor.int(2, ELEMENT_CODE[type]).text(8, name).bytes(9, raw));
    return name;
  }

  /** Adds a node and returns the names of its outputs. An empty input name leaves an optional input out. */
  nodeOf(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes: Attributes = {},
    domain = '',
  ): string[] {
    const names = Array.from({ length: count }, () => this.fresh());
    const node = new ProtoWriter();
    for (const input of inputs) node.text(1, input);
    for (const name of names) node.text(2, name);
    node.text(3, names[0]!).text(4, op);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value));
    if (domain) {
      node.text(7, domain);
      this.domains.add(domain);
    }
    this.nodes.push(node);
    return names;
  }

  node(op: string, inputs: readonly string[], attributes: Attributes = {}, domain = ''): string {
    return this.nodeOf(op, inputs, 1, attributes, domain)[0]!;
  }

  /** Makes a value an output of the model under a name of its own. */
  output(name: string, value: string, shape: readonly Dimension[]): void {
    this.nodes.push(
      new ProtoWriter().text(1, value).text(2, name).text(3, `out_${name}`).text(4, 'Identity'),
    );
    this.outputs.push(valueInfo(name, 'float32', shape));
  }

  /** The ModelProto. */
  finish(): Uint8Array {
    const graph = new ProtoWriter();
    for (const node of this.nodes) graph.message(1, node);
    graph.text(2, 'cantus');
    for (const each of this.initializers) graph.message(5, each);
    for (const each of this.inputs) graph.message(11, each);
    for (const each of this.outputs) graph.message(12, each);
    const model = new ProtoWriter().int(1, IR_VERSION).text(2, 'cantus').message(7, graph);
    model.message(8, new ProtoWriter().text(1, '').int(2, OPERATOR_SET));
    for (const domain of this.domains) model.message(8, new ProtoWriter().text(1, domain).int(2, 1));
    return model.finish();
  }
}
