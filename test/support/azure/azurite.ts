export { type Azurite, startAzurite } from '../../../src/demo/embedded-azurite.ts';
