/** Newest stable version of Microsoft.MachineLearningServices that the bodies are held against. */
export const API_VERSION = '2026-05-01';
