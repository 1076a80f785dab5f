export { type ClientOptions, HongbaoClient, type TokenSource } from './client.js';
export type { CallOptions, CallWait, Patience } from './call.js';
export { type Code, type ErrorFacts, HongbaoError } from './HongbaoError.js';
export { newRequestId } from './requestId.js';
export type * from './generated/types.js';
