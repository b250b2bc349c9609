export type Colour = 'red' | 'blue';

export enum Size {
  Small = 's',
  Large = 'l',
}
