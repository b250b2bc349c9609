// Two extension modules for Pyodide, compiled once (clang 14 for wasm32-unknown-emscripten with -fPIC -O2, wasm-ld with
// --experimental-pic -shared --allow-undefined --strip-all) from:
//
//   static PyObject *twice(PyObject *self, PyObject *n) { return PyLong_FromLong(2 * PyLong_AsLong(n)); }
//   static PyMethodDef methods[] = {{"twice", twice, METH_O, NULL}, {NULL, NULL, 0, NULL}};
//   static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "native", NULL, -1, methods};
//   PyMODINIT_FUNC PyInit_native(void) { return PyModule_Create(&definition); }
//
// The other one is named `scripted` and has a function in JavaScript, as EM_JS makes it, beside it.

export const NATIVE = Buffer.from(
  [
    'AGFzbQEAAAAADwhkeWxpbmsuMAEEcAQBAAETBGACf38Bf2ABfwF/YAAAYAABfwKbAQcDZW52Bm1lbW9yeQIAAQNlbnYZX19pbmRp',
    'cmVjdF9mdW5jdGlvbl90YWJsZQFwAAEDZW52DV9fbWVtb3J5X2Jhc2UDfwADZW52DF9fdGFibGVfYmFzZQN/AANlbnYQUHlNb2R1',
    'bGVfQ3JlYXRlMgAAA2Vudg1QeUxvbmdfQXNMb25nAAEDZW52D1B5TG9uZ19Gcm9tTG9uZwABAwUEAgIDAAclAhFfX3dhc21fY2Fs',
    'bF9jdG9ycwADDVB5SW5pdF9uYXRpdmUABQgBBAkHAQAjAQsBBgptBAQAEAQLOQAjAEEkaiMAQQBqNgIAIwBBMGojAEHQAGo2AgAj',
    'AEHQAGojAEEHajYCACMAQdQAaiMBQQBqNgIACxgAI4CAgIAAQZCAgIAAakH1BxCAgICAAAsTACABEIGAgIAAQQF0EIKAgIAACwt2',
    'AQAjAAtwbmF0aXZlAHR3aWNlAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAD/////UAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'AAAAAAAAAAAAAAAHAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==',
  ].join(''),
  'base64',
);

export const SCRIPTED = Buffer.from(
  [
    'AGFzbQEAAAAAEAhkeWxpbmsuMAEFgAEEAQABEwRgAn9/AX9gAAF/YAF/AX9gAAACkwEHA2VudgZtZW1vcnkCAAEDZW52GV9faW5k',
    'aXJlY3RfZnVuY3Rpb25fdGFibGUBcAABA2Vudg1fX21lbW9yeV9iYXNlA38AA2VudgxfX3RhYmxlX2Jhc2UDfwADZW52EFB5TW9k',
    'dWxlX0NyZWF0ZTIAAANlbnYFaGVsbG8AAQNlbnYPUHlMb25nX0Zyb21Mb25nAAIDBQQDAwEABgYBfwBBEAsHOAMRX193YXNtX2Nh',
    'bGxfY3RvcnMAAw9QeUluaXRfc2NyaXB0ZWQABQ5fX2VtX2pzX19oZWxsbwMCCAEECQcBACMBCwEGCmoEBAAQBAs7ACMAQcAAaiMA',
    'QQZqNgIAIwBBzABqIwBB4ABqNgIAIwBB4ABqIwBBAGo2AgAjAEHkAGojAUEAajYCAAsYACOAgICAAEGsgICAAGpB9QcQgICAgAAL',
    'DgAQgYCAgAAQgoCAgAALC4cBAQAjAAuAAXR3aWNlAHNjcmlwdGVkAAAodm9pZCk8Ojo+eyByZXR1cm4gNDI7IH0AAAAAAQAAAAAA',
    'AAAAAAAAAAAAAAAAAAAGAAAAAAAAAP////9gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'AAAA',
  ].join(''),
  'base64',
);
