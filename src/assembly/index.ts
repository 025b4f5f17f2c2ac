export { deflate, deflateBound, deflateWorkBytes } from './deflate/deflate';
export { heapBase } from './heap';
export { histogram } from './histogram';
export { rescale, storedValues } from './hounsfield';
export { inflate, inflateWorkBytes } from './inflate/inflate';
export { addAbove } from './moments';
export { neighbourDifferences, stepsExceed } from './neighbours';
export { roundToInt16 } from './rounding';
export { lerpRowFloat32, lerpRowInt16, lerpRowOfPairs, mixRowsInto32, mixRowsInto64 } from './trilinear';
