// Sound as a file: 16-bit WAV. Knows nothing of where the sound came from.

const HEADER = 44;

/** A WAV file of as many channels as there are, each with values from -1 to 1. */
export function wavBytes(channels: readonly Float32Array[], rate: number): Uint8Array {
  const frames = channels[0]?.length ?? 0;
  const bytes = new Uint8Array(HEADER + 2 * frames * channels.length);
  const view = new DataView(bytes.buffer);
  const ascii = (at: number, text: string): void => {
    for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
  };
  ascii(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  ascii(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * channels.length * rate, true);
  view.setUint16(32, 2 * channels.length, true);
  view.setUint16(34, 16, true);
  ascii(36, 'data');
  view.setUint32(40, bytes.length - HEADER, true);
  for (let i = 0, at = HEADER; i < frames; i++)
    for (const channel of channels) {
      view.setInt16(at, Math.round(32767 * Math.max(-1, Math.min(1, channel[i]!))), true);
      at += 2;
    }
  return bytes;
}
