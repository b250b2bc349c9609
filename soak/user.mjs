import { setTimeout as pause } from 'node:timers/promises';
import { pick } from './random.mjs';

const COOLDOWN_MS = 3_000;

/** One user: does one thing after another in a session of their own, and says of each what came of it. */
export class User {
  #random;
  #shared;
  #name;
  #sessionId;
  #turn = 0;
  #lastSeen = 0;
  #longestGapMs = 0;

  constructor(name, sessionId, random, shared) {
    this.#name = name;
    this.#sessionId = sessionId;
    this.#random = random;
    this.#shared = shared;
  }

  async live(until) {
    while (Date.now() < until) {
      const work = pick(this.#random, [
        [8, this.#execute],
        [2, this.#failingCell],
        [2, this.#bigOutput],
        [2, this.#startAndWait],
        [4, this.#files],
        [3, this.#chat],
        [1, this.#abort],
        [1, this.#deleteSession],
        [1, this.#getSession],
      ]);
      await this.#attempt(work);
      await pause(this.#random() < 0.02 ? COOLDOWN_MS + 1_000 * this.#random() : 20 + 150 * this.#random());
    }
  }

  async #attempt(work) {
    const { counts } = this.#shared;
    const name = work.name.replace('#', '');
    this.#turn += 1;
    this.#lastSeen = Date.now();
    this.#longestGapMs = 0;
    try {
      await work.call(this, `${this.#name}-${this.#turn}`);
      counts.add(`${name}: ok`);
    } catch (error) {
      this.#step();
      counts.add(`${name}: ${verdictOn(error, name, this.#longestGapMs, this.#shared)}`);
    }
  }

  /** Notes how long the pool has let this user wait: a session may have expired meanwhile. */
  #step() {
    const now = Date.now();
    this.#longestGapMs = Math.max(this.#longestGapMs, now - this.#lastSeen);
    this.#lastSeen = now;
  }

  get #options() {
    return { identifier: this.#sessionId, signal: this.#shared.signal };
  }

  async #execute(id) {
    const { value } = await this.#shared.client.execute(
      JSON.stringify({ id, slowMs: 30 * this.#random() }),
      this.#options,
    );
    expect(value === id, 'the value of another cell');
  }

  async #failingCell(id) {
    const { status, error } = await this.#shared.client.execute(JSON.stringify({ id, fails: true }), this.#options);
    expect(status === 'Failed' && error?.message === id, 'a failing cell that did not look like one');
  }

  async #bigOutput(id) {
    const code = JSON.stringify({ id, prints: 3_000 });
    const { stdout } = await this.#shared.client.execute(code, this.#options);
    expect(stdout.length === 3_000, 'output that was cut');
  }

  async #startAndWait(id) {
    const started = await this.#shared.client.startExecution(JSON.stringify({ id, slowMs: 40 }), this.#options);
    this.#step();
    const { value } = await this.#shared.client.waitForExecution(started.id, { ...this.#options, pollIntervalMs: 20 });
    expect(value === id, 'the value of another execution');
  }

  async #files(id) {
    const bytes = Buffer.alloc(Math.ceil(200_000 * this.#random()) + 1, id);
    const { client } = this.#shared;
    await client.uploadFile(bytes, { ...this.#options, name: 'data.bin' });
    this.#step();
    const listed = await client.listFiles(this.#options);
    expect(
      listed.some(({ name, sizeInBytes }) => name === 'data.bin' && sizeInBytes === bytes.length),
      'a file that is not listed',
    );
    this.#step();
    expect(bytes.equals(await client.downloadFile('data.bin', this.#options)), 'a file that came back changed');
    this.#step();
    await client.deleteFile('data.bin', this.#options);
  }

  async #chat(id) {
    const { kernel, signal } = this.#shared;
    const rounds = 1 + Math.floor(3 * this.#random());
    const result = await kernel.chat(JSON.stringify({ id, rounds }), {
      signal,
      arguments: { sessionId: this.#sessionId },
    });
    expect(result.stopReason === 'completed' && result.text === 'Done.', `a chat that ended with ${result.stopReason}`);
    const broken = result.calls.filter(({ error }) => error);
    for (const { error } of broken) {
      if (error.code !== 'function_not_found') throw error;
    }
  }

  async #abort(id) {
    const controller = new AbortController();
    const running = this.#shared.client.execute(JSON.stringify({ id, slowMs: 200 }), {
      identifier: this.#sessionId,
      signal: AbortSignal.any([this.#shared.signal, controller.signal]),
    });
    const reason = new Error('enough');
    setTimeout(() => controller.abort(reason), 60 * this.#random());
    const outcome = await running.then(
      () => 'done',
      (error) => error,
    );
    if (outcome !== 'done' && outcome !== reason) throw outcome;
  }

  async #deleteSession() {
    await this.#shared.client.deleteSession(this.#options);
  }

  async #getSession() {
    await this.#shared.client.getSession(this.#options);
  }
}

/** Why a call may fail here: its connection broke while code was running, or the pool let its user wait for too long. */
function verdictOn(thrown, name, longestGapMs, { unexpected }) {
  const error = thrown?.code === 'function_failed' ? thrown.cause : thrown;
  const code = error?.code ?? error?.name;
  const runsCode = ['execute', 'failingCell', 'bigOutput', 'startAndWait', 'chat', 'abort'].includes(name);
  if (runsCode && ['network', 'invalid_response'].includes(code)) return 'its connection broke while code ran';
  if (runsCode && code === 'service_error' && error.status === 503) return '503, and not sent again';
  if (name === 'getSession' && code === 'invalid_request' && !error.serviceCode) return 'its refusal was cut off';
  if (code === 'unauthorized') return 'two answers 401 in a row';
  const gone = code === 'not_found' || error instanceof Lost;
  const mayBeGone =
    name === 'getSession' || (['startAndWait', 'files'].includes(name) && longestGapMs >= COOLDOWN_MS / 2);
  if (gone && mayBeGone) return 'its session has expired';
  unexpected.push(`${name}: ${error?.name} ${code}: ${error?.message}`);
  return `UNEXPECTED ${code}`;
}

class Lost extends Error {}

function expect(holds, otherwise) {
  if (!holds) throw new Lost(`Seen: ${otherwise}.`);
}
