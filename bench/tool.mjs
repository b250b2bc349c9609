/** The one tool of the comparison. */
export const NAME = 'weather-forecast';
export const DESCRIPTION = 'The forecast for a city.';
export const QUESTION = 'What will the weather be like in Reykjavik?';
export const SCHEMA = {
  type: 'object',
  properties: {
    city: { type: 'string', description: 'The name of a city.' },
    days: { type: 'integer', description: 'How far ahead.' },
  },
  required: ['city', 'days'],
  additionalProperties: false,
};

/** What the tool does: nothing that would take time. */
export function forecast({ city, days }) {
  return `In ${days} days it rains in ${city}, at 7 degrees, with a strong wind from the south-west.`;
}
