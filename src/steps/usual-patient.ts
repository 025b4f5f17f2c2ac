/** The largest CT of Lung1, by which a step tells how much memory a usual patient takes. */
export const USUAL_CT = 'a CT of 297 slices of 512x512';
