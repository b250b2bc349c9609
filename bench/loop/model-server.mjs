// A model in a process of its own: it asks for the tool `rounds` times, then answers. The path says how often, as in
// /v1-50/chat/completions. It keeps nothing: which round it is shows in the number of tool messages of the request.
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  const rounds = Number(/^\/v1-(\d+)\//.exec(request.url ?? '')?.[1]);
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const body = Buffer.concat(pieces).toString('latin1');
    const answered = body.split('"role":"tool"').length - 1;
    const text = JSON.stringify(answered < rounds ? callOf(answered) : ANSWER);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.on('disconnect', () => process.exit());

const ANSWER = completion({ role: 'assistant', content: 'Done.', refusal: null }, 'stop');

function callOf(place) {
  const id = `call_${String(place).padStart(24, '0')}`;
  const details = { name: 'weather-forecast', arguments: JSON.stringify({ city: 'Reykjavik', days: place % 7 }) };
  const message = {
    role: 'assistant',
    content: null,
    refusal: null,
    tool_calls: [{ id, type: 'function', function: details }],
  };
  return completion(message, 'tool_calls');
}

function completion(message, finish_reason) {
  return {
    id: 'chatcmpl-0123456789',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'model',
    choices: [{ index: 0, message, logprobs: null, finish_reason }],
    usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
  };
}
