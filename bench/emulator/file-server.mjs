// The least that a server can do with a file: a POST's body goes into it, a GET gives it.
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { pipeline } from 'node:stream/promises';

const [path] = process.argv.slice(2);
const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());

async function answer(request, response) {
  if (request.method === 'POST') {
    await pipeline(request, createWriteStream(path));
    response.end('{}');
  } else {
    response.setHeader('content-length', statSync(path).size);
    await pipeline(createReadStream(path), response);
  }
}
