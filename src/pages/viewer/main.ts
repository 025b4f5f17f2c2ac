import { Niivue } from '@niivue/niivue';

const viewer = new Niivue();
await viewer.attachTo('volumes');
