// What every compiler must make of the cases.

/** Of `cases/shared.ts`, in both modes. */
export const SHARED = {
  functions: [
    lab('redeclared', 'Of the subclass.', closed({})),
    lab('double', '', { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }),
    lab('book-trip', 'Books.', {
      type: 'object',
      properties: {
        from: { type: 'string' },
        to: { type: 'string', description: 'Where to.' },
        seats: { default: 1, type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
      },
      required: ['from', 'to'],
    }),
    { ...lab('secret', '', closed({ list: { type: 'array', items: { type: 'string' } } })), modelVisible: false },
    lab('onlyScope', '', closed({})),
    lab('short', '', closed({})),
    lab(
      'greet',
      'Greets somebody.',
      closed(
        {
          name: { type: 'string', description: 'Whom.' },
          times: { type: 'integer', default: 1 },
          tone: { enum: ['warm', 'cold'] },
        },
        ['name'],
      ),
    ),
    lab('count', '', closed({ by: { type: 'number' } })),
  ],
  offered: [
    'lab-redeclared',
    'lab-double, strict',
    'lab-book-trip',
    'lab-onlyScope',
    'lab-short',
    'lab-greet',
    'lab-count',
  ],
  results: {
    greet: 'Hello Ada. Hello Ada. no tone, u1, lab',
    greetWithout: 'KernelError invalid_arguments',
    count: [40, 42],
    double: 42,
    book: 'Oslo to Rome, 1, in km',
    bookWrongly: 'KernelError invalid_arguments',
    redeclared: 'base and subclass',
    secret: 2,
    onlyScope: 'lab.onlyScope',
    short: 'short',
    overridden: 'KernelError function_not_found',
  },
  undescribed: 'KernelError invalid_metadata',
  misplaced: {
    'on a static method': 'TypeError of @kernelFunction',
    'on a getter': 'TypeError of @kernelFunction',
    'on a field': 'TypeError of @kernelFunction',
  },
};

/** Of `cases/standard.ts`. */
export const STANDARD = {
  'on a class': 'TypeError of @kernelFunction',
  'on a private method': 'TypeError of @kernelFunction',
  'on an accessor': 'TypeError of @kernelFunction',
};

/** Of `cases/legacy.ts`. */
export const LEGACY = {
  functions: [
    {
      name: 'order',
      pluginName: 'paint',
      description: 'Orders paint.',
      parameters: closed(
        {
          colour: { type: 'string', enum: ['red', 'blue'] },
          size: { description: 'How big.', enum: ['s', 'l'] },
          litres: { type: 'number', default: 1 },
          tags: { type: 'array', items: { type: 'string' } },
        },
        ['colour', 'size'],
      ),
      modelVisible: true,
    },
    {
      name: 'declaredInParameters',
      pluginName: 'paint',
      description: '',
      parameters: closed({ both: { type: 'string' } }),
      modelVisible: true,
    },
  ],
  order: 'Shop: 1 of red in large, a+b, x, order',
  orderWrongly: 'KernelError invalid_arguments',
  contradicting: 'KernelError invalid_metadata',
  undescribed: 'KernelError invalid_metadata',
  notInferable: 'KernelError invalid_metadata',
  'on a class': 'TypeError of @kernelFunction',
  'param of a constructor': 'TypeError of @param',
};

/** Of the parameters in `cases/legacy.ts` whose types a compiler records; one that does not makes it `invalid_metadata`. */
export const INFERRED = [
  {
    name: 'infer',
    pluginName: 'Inferred',
    description: '',
    parameters: closed({
      text: { type: 'string', description: 'Some text.' },
      number: { type: 'number' },
      flag: { type: 'boolean' },
      list: { type: 'array' },
      day: { type: 'string' },
      either: { type: 'string' },
    }),
    modelVisible: true,
  },
];

function lab(name, description, parameters) {
  return { name, pluginName: 'lab', description, parameters, modelVisible: true };
}

function closed(properties, required = Object.keys(properties)) {
  return { type: 'object', properties, ...(required.length > 0 && { required }), additionalProperties: false };
}
