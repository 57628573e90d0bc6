// Chance, as a value that is passed in: a small seeded generator. Knows nothing of music.

/** A stream of chance. Each call moves it on. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Standard Gumbel noise: argmax of (log p + noise) is a draw from p. */
  gumbel(): number;
}

const WEYL = 0x9e3779b9;

/** The finalizer of MurmurHash3 (A. Appleby, public domain): every input bit reaches every output bit. */
function scramble(x: number): number {
  let z = x | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return z ^ (z >>> 16);
}

/**
 * The generator sfc32 (C. Doty-Humphrey, PractRand, public domain), its 128 bits of state filled by a Weyl sequence through
 * `scramble` (the 32-bit form of SplitMix, Steele, Lea and Flood 2014). Streams of one seed are independent, so
 * stream k is the same however many others are asked for.
 *
 * @param seed any finite number; all of its 64 bits count
 * @param stream 0, 1, 2, …
 */
export function randomOf(seed: number, stream = 0): Random {
  const bits = new Uint32Array(new Float64Array([seed === 0 ? 0 : seed]).buffer);
  let weyl = scramble(bits[0] ^ scramble(bits[1] ^ scramble(stream + WEYL)));
  const next = (): number => {
    weyl = (weyl + WEYL) | 0;
    return scramble(weyl);
  };
  let a = next();
  let b = next();
  let c = next();
  let counter = 1;
  const draw = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) draw();
  return {
    uniform: () => draw() / 4294967296,
    gumbel: () => -Math.log(-Math.log((draw() + 0.5) / 4294967296)),
  };
}
