// `param` under standard decorators, which have none for parameters.
import { kernelFunction, param } from 'dynamic-sessions-kernel';

export class Misfits {
  // @ts-expect-error -- TS1206: decorators are not valid here
  @kernelFunction() forecast(@param('city') city: string): string {
    return city;
  }
}
