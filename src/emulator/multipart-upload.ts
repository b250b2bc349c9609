import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyFileStream, type BusboyHeaders } from '@fastify/busboy';
import { invalidRequest, ServiceFailure } from './service-failure.js';

const FIELD = 'file';

type Parser = InstanceType<typeof Busboy>;

/** A part that was written to the disk. Its reader moves the file or removes it. */
export interface ReceivedFile {
  readonly filename: string;
  readonly path: string;
  readonly size: number;
}

/** Streams the part named `file` of a multipart body into a new file of that folder. */
export async function receiveUpload(
  message: IncomingMessage,
  directory: string,
  maxBytes: number,
): Promise<ReceivedFile> {
  const parser = createParser(message, maxBytes);
  const path = join(directory, randomUUID());
  const ending = new AbortController();
  let received: Promise<ReceivedFile> | undefined;
  // A part without a filename is one of a file, too, if its type is that of bytes.
  parser.on('file', (field: string, stream: BusboyFileStream, filename: string | undefined) => {
    if (field !== FIELD || filename === undefined || received) return void stream.resume();
    received = writePart(stream, path, { maxBytes, signal: ending.signal }).then((size) => ({ filename, path, size }));
    // Awaited below; here only so that a failure before that is not unhandled.
    received.catch(() => message.unpipe(parser));
  });
  try {
    await parsed(message, parser, () => received);
    if (!received) throw invalidRequest('The multipart body has no part named "file" with a filename.');
    return await received;
  } catch (error) {
    // The parser leaves a part that breaks off unfinished: the file would stay open for as long as this process lives.
    ending.abort();
    await received?.catch(() => undefined);
    await rm(path, { force: true });
    throw error;
  }
}

function createParser(message: IncomingMessage, maxBytes: number): Parser {
  try {
    const headers = message.headers as BusboyHeaders;
    return new Busboy({ headers, preservePath: true, limits: { fileSize: maxBytes, files: 2, fields: 20 } });
  } catch {
    throw invalidRequest('An upload is a multipart/form-data body with one part named "file".');
  }
}

// Ends when the body does, or as soon as the part fails; what the sender still sends is not read then.
async function parsed(message: Readable, parser: Parser, part: () => Promise<ReceivedFile> | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    parser.once('finish', resolve);
    parser.once('error', () => reject(invalidRequest('The multipart body is malformed.')));
    parser.on('file', () => part()?.catch(reject));
    const closed = (): void => {
      if (!message.readableEnded) reject(invalidRequest('The upload ended before it was complete.'));
    };
    message.once('error', reject);
    message.once('close', closed);
    // Its sender may have gone while the session's room was measured.
    if (message.destroyed) closed();
    else message.pipe(parser);
  });
}

interface PartLimits {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

// Its size. Settles when the file is closed.
async function writePart(stream: BusboyFileStream, path: string, { maxBytes, signal }: PartLimits): Promise<number> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const closed = new Promise<void>((resolve) => file.once('close', resolve));
  await pipeline(stream, file, { signal }).finally(() => closed);
  if (!stream.truncated) return file.bytesWritten;
  throw new ServiceFailure(413, 'RequestEntityTooLarge', `A file may have at most ${maxBytes} bytes.`);
}
