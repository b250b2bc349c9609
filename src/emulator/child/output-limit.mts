import { writeFrame } from './frame-writer.mjs';

/** Sends what the running cell prints, up to a limit per stream. */
export interface CellOutput {
  open(maxBytes: number): void;
  /** Whether something was dropped since it was opened. */
  close(): boolean;
  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): number;
}

export function createCellOutput(): CellOutput {
  const left = { stdout: 0, stderr: 0 };
  let cut = false;
  return {
    open: (maxBytes) => {
      left.stdout = maxBytes;
      left.stderr = maxBytes;
      cut = false;
    },
    close: () => {
      left.stdout = 0;
      left.stderr = 0;
      return cut;
    },
    write: (stream, bytes) => {
      const fits = bytes.subarray(0, left[stream]);
      if (fits.length < bytes.length) cut = true;
      if (fits.length > 0) writeFrame(stream, fits);
      left[stream] -= fits.length;
      return bytes.length;
    },
  };
}
