import type { IncomingMessage } from 'node:http';
import { ServiceFailure } from './service-failure.js';
import { isRecord } from '../is-record.js';

/** The request's body, which must be a JSON object. */
export async function readJsonObject(
  message: IncomingMessage,
  maxBytes: number,
): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    // What is too much is still read: a client that is sending does not listen to an answer.
    if (length <= maxBytes) chunks.push(chunk);
  }
  if (length > maxBytes) {
    throw new ServiceFailure(413, 'RequestEntityTooLarge', `The request body is larger than ${maxBytes} bytes.`);
  }
  return parseObject(Buffer.concat(chunks));
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    // Bytes that are no text are refused: code with other characters in it would run.
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isRecord(value)) return value;
  } catch {
    // Falls through: the parser's message would quote the user's code.
  }
  throw new ServiceFailure(400, 'SessionPropertiesMissing', 'The request body must be a JSON object.');
}
