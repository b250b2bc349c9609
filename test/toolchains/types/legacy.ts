// `param`, which only legacy decorators have.
import { kernelFunction, param } from 'dynamic-sessions-kernel';

export class Weather {
  @kernelFunction({ description: 'The forecast.' })
  forecast(
    @param('city', 'Where.') city: string,
    @param('days', { type: 'integer', default: 1 }) days: number,
  ): string {
    return `${city} ${days}`;
  }
}

export class Misfits {
  // @ts-expect-error -- "text" is no type of JSON Schema
  @kernelFunction() wrongSpec(@param('code', { type: 'text' }) code: string): string {
    return code;
  }
}
