import type { ChatService } from '../chat/chat-service.js';
import { KernelError } from '../errors.js';

/** The models' services of a kernel, by id; the first is the default. */
export class ServiceRegistry {
  readonly #services = new Map<string, ChatService>();

  /** @throws KernelError `invalid_options` */
  add(service: ChatService, id?: string): void {
    checkService(service);
    const key = id ?? service.id ?? service.modelId;
    if (this.#services.has(key)) {
      throw new KernelError(
        'invalid_options',
        `A service with the id "${key}" is registered already: pass another id to addService().`,
      );
    }
    this.#services.set(key, service);
  }

  /** @throws KernelError `service_not_found` */
  get(id?: string): ChatService {
    const [first] = this.#services.values();
    const service = id === undefined ? first : this.#services.get(id);
    if (service !== undefined) return service;
    const known = [...this.#services.keys()].map((key) => `"${key}"`).join(', ') || 'none';
    const what =
      id === undefined
        ? 'The kernel has no chat service: add one with addService()'
        : `There is no chat service "${id}". Registered: ${known}`;
    throw new KernelError('service_not_found', `${what}.`);
  }

  /** The service that an option names, or is. */
  choose(service: string | ChatService | undefined): ChatService {
    if (service === undefined || typeof service === 'string') return this.get(service);
    checkService(service);
    return service;
  }

  copyFrom(other: ServiceRegistry): void {
    for (const [id, service] of other.#services) this.#services.set(id, service);
  }
}

function checkService(service: unknown): void {
  const complete: unknown =
    typeof service === 'object' && service !== null ? Reflect.get(service, 'complete') : undefined;
  if (typeof complete === 'function') return;
  throw new KernelError(
    'invalid_options',
    'A chat service has a method `complete`; this is none. With the OpenAI SDK, use OpenAIChatCompletion.',
  );
}
